import { type ArmRefusal, HeraldError, type NicDescriptor } from '@nic-herald/core';
import type { UnarmedNic } from './prepared-announcement.js';

/** Which refusals were not warned of yet. */
interface ToldRefusals {
  isNews(port: string, refusal: ArmRefusal): boolean;
}

/** Warnings of NICs for which nothing can be armed, but for those already given. */
export const newsOfUnarmed = (nics: readonly UnarmedNic[], told: ToldRefusals): readonly HeraldError[] =>
  nics
    .filter(({ nic, ...refusal }) => told.isNews(nic.port?.name ?? nic.id, refusal))
    .map(({ nic, ...refusal }) => unarmed(nic, refusal));

const unarmed = ({ id, port }: NicDescriptor, { code, refusal }: ArmRefusal): HeraldError =>
  new HeraldError(
    code,
    `${id}: the kernel cannot announce it by itself${port === undefined ? '' : ` at ${port.name}`}, so the agent does when it hears of RESUME: ${refusal}`,
    { details: { nic: id, ...(port === undefined ? {} : { port: port.name }) } },
  );
