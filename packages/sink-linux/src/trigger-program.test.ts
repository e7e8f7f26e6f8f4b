import { committedProgramCases } from '../../../scripts/bpf/committed-program-cases.js';
import { GENERATE, TRIGGER } from '../bpf/programs.js';
import { GENERATE_PROGRAM } from './generated/generate-program.js';
import { TRIGGER_PROGRAM } from './generated/trigger-program.js';

/** Look up, time, put a copy in. */
const OF_TRIGGER = [1, 5, 13];
/** Besides: delete, CPU, write to a frame, redirect, read from it, change its length, forget and set its hash, take from a queue. */
const OF_GENERATE = [1, 3, 5, 8, 9, 13, 23, 26, 38, 41, 48, 88];

committedProgramCases([
  [TRIGGER, TRIGGER_PROGRAM, OF_TRIGGER],
  [GENERATE, GENERATE_PROGRAM, OF_GENERATE],
]);
