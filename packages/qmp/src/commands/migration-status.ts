import { z } from 'zod';

/**
 * The reply of `query-migrate`, as far as we look at it. Measured on QEMU 7.2, for both ends:
 *
 * | when                                  | source                        | destination                     |
 * | ------------------------------------- | ----------------------------- | ------------------------------- |
 * | never migrated; waiting, not listening | `{}`                          | `{}`, run state `inmigrate`      |
 * | listening                             |                               | `socket-address` only            |
 * | begun                                 | `setup` alone                 |                                 |
 * | under way                             | `active`, `total-time`, `ram` | `active`, `socket-address`      |
 * | over                                  | `completed`, `total-time`, .. | `completed` alone, for ever     |
 * | a COLO pair                           | `colo` alone                  | `colo`, perhaps `socket-address` |
 * | cancelled                             | `cancelled` alone             | the process exits               |
 *
 * A destination that later sends its guest on replies as a source.
 */
export const migrationStatus = z.object({
  status: z.string().max(64).optional(),
  'total-time': z.number().optional(),
});

/** See the table at `migrationStatus`. */
export type MigrationStatus = z.infer<typeof migrationStatus>;

/** Whether the reply is one only the sending end gives. */
export const isOutgoing = (reply: MigrationStatus): boolean => reply['total-time'] !== undefined;

/** Whether the reply is one only the receiving end gives, and still does. A `colo` may be of either end. */
export const isArriving = (reply: MigrationStatus): boolean =>
  !isOutgoing(reply) && (reply.status === 'active' || (reply.status?.startsWith('postcopy') ?? false));

/** Whether the reply is one only the receiving end gives: what it tells of came in. */
export const isIncoming = (reply: MigrationStatus): boolean =>
  isArriving(reply) || (reply.status === 'completed' && !isOutgoing(reply));
