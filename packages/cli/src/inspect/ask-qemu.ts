import { lstat } from 'node:fs/promises';
import { HeraldError } from '@nic-herald/core';
import { type ComposedHost, composeHost } from '@nic-herald/host';
import { observerPlugin } from '../agent/observer-plugin.js';
import { choosePlugins } from '../plugins/choose-plugins.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import type { GuestAccess } from './guest-access.js';

/** Longest that connecting and asking who the guest is may take, ms. */
const START_DEADLINE_MS = 20_000;

/**
 * Asks the QEMU behind a QMP socket itself, with a host of its own that has no hand-off: it changes nothing
 * but what is announced. With `sending` it has a sink, and rejects where that cannot work. Rejects with the
 * monitor's own error where QEMU does not answer, such as HERALD_QMP_SILENT for a socket that serves another
 * client.
 */
export const askQemu = async (
  socket: string,
  options: { readonly sending: boolean },
): Promise<GuestAccess> => {
  await checkSocket(socket);
  const warnings: HeraldError[] = [];
  const collect = observerPlugin('warnings', (bus) => [
    bus.on('warning', ({ warning }) => warnings.push(warning)),
  ]);
  const needed = choosePlugins({ qmp: [socket] }).taken.filter(
    ({ builtIn }) =>
      builtIn?.neededFor === 'looking' || (options.sending && builtIn?.neededFor === 'sending'),
  );
  const loaded = await loadPlugins(needed, undefined);
  let host: ComposedHost;
  try {
    host = await composeHost([...loaded.map(({ plugin }) => plugin), collect], {
      startDeadlineMs: START_DEADLINE_MS,
    });
  } catch (error) {
    throw warnings[0] ?? error;
  }
  const [guest] = host.guests();
  if (guest === undefined) {
    await host.close();
    throw warnings[0] ?? new HeraldError('HERALD_GUEST_UNKNOWN', `there is no guest behind ${socket}`);
  }
  return {
    hasSink: options.sending,
    inspect: () => host.inspect(guest),
    announce: (request) => host.announce(guest, request),
    record: (request) => host.record(guest, request),
    close: () => host.close(),
  };
};

const checkSocket = async (path: string): Promise<void> => {
  const problem = (message: string, cause?: unknown): HeraldError =>
    new HeraldError('HERALD_USAGE', `${path} ${message}; give the path of a QMP socket with --qmp`, {
      details: { path },
      cause,
    });
  let found: Awaited<ReturnType<typeof lstat>>;
  try {
    found = await lstat(path);
  } catch (error) {
    throw problem('cannot be found', error);
  }
  if (!found.isSocket()) throw problem('is no socket');
};
