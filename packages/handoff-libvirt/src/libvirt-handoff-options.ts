import {
  leftOutOption,
  MAX_SOCKET_PATH_BYTES,
  type OptionsSchema,
  optionsSchema,
  type PluginOption,
  wholeNumberOption,
  yesOrNoOption,
} from '@nic-herald/core';

/** How snapshots are kept in libvirt's metadata. */
export interface LibvirtHandoffOptions {
  /** The daemon's socket, an absolute path; one that ends in `-ro` is used read-only. @default the one that is found */
  readonly socket?: string | undefined;
  /** Reads what others wrote, and publishes nothing. @default false */
  readonly readOnly?: boolean;
  /** How long the publishing of one snapshot may take, ms, 100 to 4000. @default 2000 */
  readonly setTimeoutMs?: number;
}

/** The options, with their defaults filled in. */
export interface LibvirtHandoffSettings {
  /** Absent: it is looked for. */
  readonly socket: string | undefined;
  readonly readOnly: boolean;
  readonly setTimeoutMs: number;
}

const socketOption: PluginOption<string> = {
  allowed: `the absolute path of a socket, of at most ${MAX_SOCKET_PATH_BYTES} bytes`,
  accepts: (value): value is string =>
    typeof value === 'string' &&
    /^\/[^\0]+$/.test(value) &&
    new TextEncoder().encode(value).length <= MAX_SOCKET_PATH_BYTES,
};

/** Checks the options, and fills in their defaults. */
export const libvirtHandoffOptions: OptionsSchema<LibvirtHandoffSettings> =
  optionsSchema<LibvirtHandoffSettings>({
    socket: leftOutOption(socketOption),
    readOnly: yesOrNoOption(false),
    setTimeoutMs: wholeNumberOption({ least: 100, most: 4000, usual: 2000 }), // a host gives a call 5 s
  });
