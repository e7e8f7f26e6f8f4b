import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whose agents they are. */
export interface ControlOwner {
  /** Effective user id; 0 is root. */
  readonly uid: number;
  /** The environment, for `RUNTIME_DIRECTORY`, which systemd sets for a service, and `XDG_RUNTIME_DIR`. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Where agents of this user put their control sockets: `/run/nic-herald`, the directory that systemd made for the service (the same,
 * so root finds its agent there), or the user's own runtime directory.
 */
export const controlDirectory = ({ uid, env }: ControlOwner): string => {
  if (uid === 0) return '/run/nic-herald';
  const [service = ''] = (env['RUNTIME_DIRECTORY'] ?? '').split(':');
  if (service.startsWith('/')) return service;
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  return runtime === '' ? join(tmpdir(), `nic-herald-${uid}`) : join(runtime, 'nic-herald');
};

/**
 * The default control socket of the agent called `host`. Two agents on one machine have two names, so they do
 * not meet here, whatever their network namespaces.
 */
export const controlPath = (host: string, owner: ControlOwner): string =>
  join(controlDirectory(owner), `${host.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\./, '_')}.sock`);
