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
