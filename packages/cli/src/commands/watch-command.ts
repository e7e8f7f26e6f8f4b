import { type ControlClient, controlDirectory } from '@nic-herald/control';
import { isHeraldError } from '@nic-herald/core';
import type { MigrationLine } from '@nic-herald/core/internal';
import type { CliIo } from '../cli-io.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { describedAgents } from '../inspect/ask-agents.js';
import type { GuestTarget } from '../inspect/guest-access.js';
import { printError } from '../print-error.js';
import { WatchView } from '../watch/watch-view.js';

/** `nic-herald watch`: shows what agents tell until it is asked to end, or none of them is left. */
export const watchCommand = async (
  target: Omit<GuestTarget, 'qmp'>,
  { json }: { readonly json: boolean },
  io: CliIo,
): Promise<ExitCode> => {
  const agents = await describedAgents(target, controlDirectory(io));
  const stopped = new AbortController();
  void io.untilStopped().then(() => stopped.abort());
  const view = new WatchView(io);
  const text = (line: MigrationLine): string => (json ? `${JSON.stringify(line)}\n` : view.textOf(line));
  const { guest } = target;
  const watch = async (agent: ControlClient): Promise<void> => {
    try {
      const lines = agent.watch({ signal: stopped.signal, ...(guest !== undefined && { guest }) });
      for await (const line of lines) io.write(text(line));
    } catch (error) {
      if (!isHeraldError(error)) throw error;
      printError(error, io, { debug: false });
    }
  };
  await Promise.all(agents.map(({ agent }) => watch(agent)));
  return stopped.signal.aborted ? EXIT.ok : EXIT.failure;
};
