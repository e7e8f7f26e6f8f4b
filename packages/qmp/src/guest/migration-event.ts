import { z } from 'zod';
import type { QmpEvent } from '../transport/qmp-transport.js';

const migrationEvent = z.object({ status: z.string().max(64) });
const coloExitEvent = z.object({ mode: z.string().max(64), reason: z.literal('request') });

/** The status that a MIGRATION tells; `undefined` for another event, and for one that makes no sense. */
export const migrationStatusOf = ({ name, data }: QmpEvent): string | undefined =>
  name === 'MIGRATION' ? migrationEvent.safeParse(data).data?.status : undefined;

/**
 * The end of a COLO pair that was told to go on alone, of a COLO_EXIT. With the reason `error` it has lost the other
 * one, and waits to be told: that, another event, and one that makes no sense give `undefined`.
 */
export const coloExitOf = ({ name, data }: QmpEvent): string | undefined =>
  name === 'COLO_EXIT' ? coloExitEvent.safeParse(data).data?.mode : undefined;
