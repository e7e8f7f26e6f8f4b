import type { HeraldPlugin } from '@nic-herald/core';
import type { LinuxLearnerOptions } from '@nic-herald/learner-linux';
import { e1000 } from '@nic-herald/model-e1000';
import { virtioNet } from '@nic-herald/model-virtio-net';
import { type QemuOptions, qemu } from '@nic-herald/monitor-qemu';

/**
 * The NIC models and the monitor that come with nic-herald: all that looking at guests needs. Without sockets
 * no monitor.
 */
export const lookingPlugins = (options: QemuOptions): readonly HeraldPlugin[] => [
  virtioNet(),
  e1000(),
  ...(options.sockets.length === 0 ? [] : [qemu(options)]),
];

/** The sink that comes with nic-herald, loaded only by who sends: it brings native code. */
export const sinkPlugin = async (): Promise<HeraldPlugin> => {
  const { linuxSink } = await import('@nic-herald/sink-linux');
  return linuxSink();
};

/** What finds ports and comes with nic-herald, loaded only by who needs ports: it brings native code. */
export const portsPlugin = async (): Promise<HeraldPlugin> => {
  const { linuxPorts } = await import('@nic-herald/ports-linux');
  return linuxPorts();
};

/** The learner that comes with nic-herald, loaded only by an agent: it brings native code. */
export const learnerPlugin = async (options: LinuxLearnerOptions): Promise<HeraldPlugin> => {
  const { linuxLearner } = await import('@nic-herald/learner-linux');
  return linuxLearner(options);
};

/** The hand-off that comes with nic-herald. */
export const handoffPlugin = async (directory: string): Promise<HeraldPlugin> => {
  const { directoryHandoff } = await import('@nic-herald/handoff-directory');
  return directoryHandoff({ directory });
};
