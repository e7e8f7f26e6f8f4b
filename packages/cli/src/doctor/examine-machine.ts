import { release } from 'node:os';
import { agentsIn, controlDirectory, someoneListens } from '@nic-herald/control';
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

/** Which agents of this user run. */
export const examineAgents = async (io: Pick<CliIo, 'uid' | 'env'>): Promise<SubjectFinding> => {
  const directory = controlDirectory(io);
  const agents = await agentsIn(directory);
  const alive = await Promise.all(agents.map(({ path }) => someoneListens(path)));
  const running = agents.filter((_, index) => alive[index]).map(({ path }) => path);
  const what = running.length === 0 ? `none answers in ${directory}` : running.join(', ');
  return { subject: 'agents', level: 'note', what };
};
