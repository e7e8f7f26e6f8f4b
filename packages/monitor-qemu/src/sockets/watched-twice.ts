import { HeraldError } from '@nic-herald/core';

/** A socket leads to a guest that is watched by another one. `pid`: the process behind both, where it is known. */
export const watchedTwice = (socketPath: string, watchedPath: string, pid?: number): HeraldError =>
  new HeraldError(
    'HERALD_QMP_TWICE',
    `${socketPath} leads to a guest that is watched at ${watchedPath} already` +
      (pid === undefined ? ': both are one socket' : `: process ${pid} is behind both`) +
      '. It is left alone until that one ends; name one of them under sockets, so that it is always the same',
    { details: { socket: socketPath, watched: watchedPath, pid } },
  );
