import { release } from 'node:os';
import { agentsIn, controlDirectory } from '@nic-herald/control';
import { someoneListens } from '@nic-herald/local-http';
import type { CliIo } from '../cli-io.js';
import { nodeFinding } from './node-version.js';
import type { SubjectFinding } from './subject-finding.js';

/** What holds whatever the plugins are: Node.js and the platform. */
export const examineMachine = (): readonly SubjectFinding[] => [
  nodeFinding(process.versions.node),
  process.platform === 'linux'
    ? { subject: 'platform', level: 'ok', what: `Linux ${release()} on ${process.arch}` }
    : { subject: 'platform', level: 'problem', what: `${process.platform}: an agent runs on Linux only` },
];

/** Which agents of this user run: in their usual place, and at the socket that herald.yaml names. */
export const examineAgents = async (
  io: Pick<CliIo, 'uid' | 'env'>,
  named?: string,
): Promise<SubjectFinding> => {
  const directory = controlDirectory(io);
  const usual = (await agentsIn(directory)).map(({ path }) => path);
  const paths = [...new Set([...usual, ...(named === undefined ? [] : [named])])];
  const alive = await Promise.all(paths.map((path) => someoneListens(path)));
  const running = paths.filter((_, index) => alive[index]);
  const places = [directory, ...(named === undefined || usual.includes(named) ? [] : [named])];
  const what = running.length === 0 ? `none answers in ${places.join(', or at ')}` : running.join(', ');
  return { subject: 'agents', level: 'note', what };
};
