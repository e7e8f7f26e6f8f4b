import { claimSocket, type LocalPurpose } from '@nic-herald/local-http';

/** The control socket, as errors name it. */
export const CONTROL_PURPOSE: LocalPurpose = {
  what: 'the control socket',
  rival: 'another agent',
  option: '--control',
  apart: 'another --host or --control',
  codes: {
    busy: 'HERALD_CONTROL_BUSY',
    path: 'HERALD_CONTROL_PATH',
    directory: 'HERALD_CONTROL_DIRECTORY',
  },
};

/**
 * Makes way for a control socket: its directory exists and is nobody else's to write to, and nothing listens
 * at the path. The socket of an agent that died is removed; one that answers is HERALD_CONTROL_BUSY.
 */
export const claimControlSocket = (path: string): Promise<void> => claimSocket(path, CONTROL_PURPOSE);
