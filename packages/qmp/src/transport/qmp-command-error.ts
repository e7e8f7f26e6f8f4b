import { HeraldError } from '@nic-herald/core';

/**
 * QEMU's refusal of a command, with its own class (`GenericError`, `CommandNotFound`, `DeviceNotFound`, ...)
 * and the command in the details. `address`: see `QmpTransport`.
 */
export const qmpCommandError = (
  address: string,
  command: string,
  errorClass: string,
  description: string,
): HeraldError =>
  new HeraldError(
    'HERALD_QMP_COMMAND',
    `QEMU at ${address} refused ${command} (${errorClass}): ${description.slice(0, 500)}`,
    { details: { command, class: errorClass, address } },
  );
