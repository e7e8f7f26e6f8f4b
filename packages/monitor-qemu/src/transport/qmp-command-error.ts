import { HeraldError } from '@nic-herald/core';

/**
 * QEMU's refusal of a command, with its own class (`GenericError`, `CommandNotFound`, `DeviceNotFound`, ...)
 * and the command in the details.
 */
export const qmpCommandError = (
  socketPath: string,
  command: string,
  errorClass: string,
  description: string,
): HeraldError =>
  new HeraldError(
    'HERALD_QMP_COMMAND',
    `QEMU at ${socketPath} refused ${command} (${errorClass}): ${description.slice(0, 500)}`,
    { details: { command, class: errorClass, socket: socketPath } },
  );
