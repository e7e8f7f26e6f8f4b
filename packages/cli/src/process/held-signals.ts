import inspector from 'node:inspector';

/** Node.js opens its debugger on SIGUSR1, to which any local user can connect: it is closed where that happened before us. */
const closeDebugger = (): void => {
  const wasAskedFor = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((each) =>
    each.includes('--inspect'),
  );
  if (!wasAskedFor && inspector.url() !== undefined) inspector.close();
};

/**
 * A thread of Node.js opens the debugger that a signal asked for in the first moments, on a busy machine seconds later: it is
 * looked for so often, ms, and so long.
 */
const LOOK_EVERY_MS = 250;
const LOOK_FOR_MS = 10_000;

/**
 * The signals that must do no harm, from the first line of the program on. SIGUSR1 and SIGUSR2 do nothing. SIGHUP is kept for
 * the agent until it can read its configuration anew; to every other command it is what it is to any program.
 */
class HeldSignals {
  private hangUps = 0;
  private onHangUp: (() => void) | undefined;

  /** `argv`: the arguments after the command's name. */
  hold(argv: readonly string[]): void {
    const ignore = (): void => undefined;
    process.on('SIGUSR1', ignore).on('SIGUSR2', ignore);
    closeDebugger();
    const looking = setInterval(closeDebugger, LOOK_EVERY_MS).unref();
    setTimeout(() => clearInterval(looking), LOOK_FOR_MS).unref();
    if (argv.find((word) => !word.startsWith('-')) === 'run') process.on('SIGHUP', () => this.hungUp());
  }

  /** Calls `reload` on each SIGHUP from now on, and once for those that came before. Returns the way to stop. */
  onReload(reload: () => void): () => void {
    this.onHangUp = reload;
    if (this.hangUps > 0) this.hungUp();
    return () => {
      this.onHangUp = undefined;
    };
  }

  private hungUp(): void {
    this.hangUps = this.onHangUp === undefined ? 1 : 0;
    this.onHangUp?.();
  }
}

/** Those of this process. */
export const heldSignals = new HeldSignals();
