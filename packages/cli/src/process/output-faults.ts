import { HeraldError } from '@nic-herald/core';
import type { CliIo } from '../cli-io.js';
import { EXIT } from '../exit-code.js';
import { printError } from '../print-error.js';

/** As if SIGPIPE had ended it, which is what a shell expects of a program whose reader went away. */
const READER_GONE = 141;

/**
 * What becomes of a command that cannot write its output: it ends with a status that is not 0. A reader that went away
 * (`nic-herald inspect | head`) wanted no more, and is told nothing; a full disk is told of.
 */
export const onOutputFault = (
  error: NodeJS.ErrnoException,
  io: CliIo,
  end: (status: number) => void,
): void => {
  if (error.code === 'EPIPE') {
    end(READER_GONE);
    return;
  }
  const why = error.code ?? error.message;
  const fault = new HeraldError(
    'HERALD_OUTPUT',
    `standard output cannot be written (${why}): what is missing there is lost`,
  );
  printError(fault, io, { debug: false });
  end(EXIT.failure);
};
