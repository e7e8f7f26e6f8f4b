import { release } from 'node:os';
import { agentsIn, controlDirectory, someoneListens } from '@nic-herald/control';
import { messageOf } from '@nic-herald/core';
import type { CliIo } from '../cli-io.js';

/** One thing nic-herald needs or would like. */
export interface Finding {
  readonly subject: string;
  /** `missing` keeps the agent from running; `note` is for knowledge. */
  readonly state: 'ok' | 'missing' | 'note';
  readonly text: string;
}

/** The oldest Node.js that is supported. */
const MIN_NODE = [20, 19] as const;

/** Looks at what an agent needs here. Never rejects; disturbs no running agent. */
export const examineMachine = async (io: Pick<CliIo, 'uid' | 'env'>): Promise<readonly Finding[]> => [
  nodeFinding(process.versions.node),
  platformFinding(process.platform),
  ...(await sinkFindings()),
  await learnerFinding(),
  await agentsFinding(controlDirectory(io)),
];

/** Judges a version of Node.js. */
export const nodeFinding = (version: string): Finding => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return enough
    ? { subject: 'Node.js', state: 'ok', text: version }
    : {
        subject: 'Node.js',
        state: 'missing',
        text: `${version} is too old: install ${MIN_NODE.join('.')} or newer`,
      };
};

const platformFinding = (platform: string): Finding =>
  platform === 'linux'
    ? { subject: 'platform', state: 'ok', text: `Linux ${release()} on ${process.arch}` }
    : { subject: 'platform', state: 'missing', text: `${platform}: an agent runs on Linux only` };

const sinkFindings = async (): Promise<readonly Finding[]> => {
  try {
    const { probeLinuxSink } = await import('@nic-herald/sink-linux');
    const probe = probeLinuxSink();
    const privileges: Finding =
      probe.missing.length === 0
        ? {
            subject: 'privileges',
            state: 'ok',
            text: 'CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF (or CAP_SYS_ADMIN) are held',
          }
        : {
            subject: 'privileges',
            state: 'missing',
            text: `${probe.missing.join(', ')} not held: run as root, or grant them`,
          };
    const sink: Finding = probe.usable
      ? {
          subject: 'sink',
          state: 'ok',
          text: 'linux-tap: frames enter at the tap, as if the guest had spoken (veth, clsact, eBPF and packet sockets were tried and work)',
        }
      : { subject: 'sink', state: 'missing', text: `none: ${probe.message} (${probe.code})` };
    return [privileges, sink];
  } catch (error) {
    const text = `none: native calls do not work here: ${messageOf(error)}`;
    return [{ subject: 'sink', state: 'missing', text }];
  }
};

/** What a learner brings to an announcement. */
const LEARNS = {
  'linux-bpf': 'MACs, their VLANs and IP addresses, and multicast reports',
  'linux-bridge': 'MACs without IP addresses, so that no garp and no na is sent',
} as const;

const learnerFinding = async (): Promise<Finding> => {
  try {
    const { probeLinuxLearner } = await import('@nic-herald/learner-linux');
    const { learner, refused, unseen } = await probeLinuxLearner();
    const why = refused === undefined ? '' : `, since ${refused.message} (${refused.code})`;
    return {
      subject: 'learner',
      state: refused === undefined ? 'ok' : 'note',
      text: `${learner}: ${LEARNS[learner]}${why}; it does not see ${unseen.join('; ')}`,
    };
  } catch (error) {
    const text = `none: native calls do not work here: ${messageOf(error)}`;
    return { subject: 'learner', state: 'note', text };
  }
};

const agentsFinding = async (directory: string): Promise<Finding> => {
  const agents = await agentsIn(directory);
  const alive = await Promise.all(agents.map(({ path }) => someoneListens(path)));
  const running = agents.filter((_, index) => alive[index]).map(({ path }) => path);
  const text = running.length === 0 ? `none answers in ${directory}` : running.join(', ');
  return { subject: 'agents', state: 'note', text };
};
