import {
  checkedOptions,
  leftOutOption,
  MAX_SOCKET_PATH_BYTES,
  type OptionsSchema,
  optionsSchema,
  type Token,
  textOption,
  token,
  wholeNumberOption,
  yesOrNoOption,
} from '@nic-herald/core';
import { isReadOnlySocket } from '@nic-herald/libvirt';

/** Where libvirt answers, and how. Nothing is required. */
export interface LibvirtMonitorOptions {
  /** libvirt's socket, an absolute path. Default: the one that is found, see `findLocalSocket`. */
  readonly socket?: string | undefined;
  /**
   * Only look: libvirt's read-only socket, no command to any QEMU. Cards are then not read. Default: where the other socket
   * may not be used, or `socket` ends in `-ro`.
   */
  readonly readOnly?: boolean | undefined;
  /** Time for one command to a QEMU, ms, 1 and up. Default 3000. */
  readonly commandTimeoutMs?: number;
}

/** The options as they are used. */
export interface LibvirtMonitorSettings {
  readonly socket: string | undefined;
  readonly readOnly: boolean | undefined;
  readonly commandTimeoutMs: number;
}

/** Whether libvirt is only looked at: said so, or by a socket that allows no more. `undefined`: where nothing else is allowed. */
export const isReadOnly = ({ readOnly, socket }: LibvirtMonitorSettings): boolean | undefined =>
  readOnly ?? (socket !== undefined && isReadOnlySocket(socket) ? true : undefined);

/** The settings of the libvirt monitor of a host. */
export const LIBVIRT_MONITOR_SETTINGS: Token<LibvirtMonitorSettings> = token<LibvirtMonitorSettings>(
  '@nic-herald/monitor-libvirt/settings',
);

/** Checks the options, and fills in their defaults. */
export const libvirtMonitorOptions: OptionsSchema<LibvirtMonitorSettings> = optionsSchema({
  socket: leftOutOption(
    textOption({ what: 'an absolute path', most: MAX_SOCKET_PATH_BYTES, pattern: /^\// }),
  ),
  readOnly: leftOutOption(yesOrNoOption()),
  commandTimeoutMs: wholeNumberOption({ least: 1, most: 3_600_000, usual: 3000 }),
});

/** Checks options and fills in the defaults. Throws HERALD_LIBVIRT_OPTIONS. */
export const libvirtMonitorSettings = (options: LibvirtMonitorOptions): LibvirtMonitorSettings =>
  checkedOptions(libvirtMonitorOptions, options, {
    code: 'HERALD_LIBVIRT_OPTIONS',
    plugin: 'libvirt monitor',
  });
