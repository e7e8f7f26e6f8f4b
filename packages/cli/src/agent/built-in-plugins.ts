import type { HeraldPlugin } from '@nic-herald/core';
import { e1000 } from '@nic-herald/model-e1000';
import { virtioNet } from '@nic-herald/model-virtio-net';
import { type QemuOptions, qemu } from '@nic-herald/monitor-qemu';

/** The NIC models and the monitor that come with nic-herald: all that looking at guests needs. */
export const lookingPlugins = (options: QemuOptions): readonly HeraldPlugin[] => [
  virtioNet(),
  e1000(),
  qemu(options),
];

/** The sink that comes with nic-herald, loaded only by who sends: it brings native code. */
export const sinkPlugin = async (): Promise<HeraldPlugin> => {
  const { linuxSink } = await import('@nic-herald/sink-linux');
  return linuxSink();
};

/** The hand-off that comes with nic-herald. */
export const handoffPlugin = async (directory: string): Promise<HeraldPlugin> => {
  const { directoryHandoff } = await import('@nic-herald/handoff-directory');
  return directoryHandoff({ directory });
};
