import { appendFile } from 'node:fs/promises';
import { runProgram } from '../lab/run-program.js';

/** This machine's virsh at one daemon; what it was told and what it said goes to a log. */
export class Virsh {
  readonly #uri: string;
  readonly #logFile: string;

  constructor(uri: string, logFile: string) {
    this.#uri = uri;
    this.#logFile = logFile;
  }

  /** Runs one command; its error is what virsh printed. */
  async run(...words: readonly string[]): Promise<string> {
    return this.#logged(words, () =>
      runProgram('virsh', ['-q', '-c', this.#uri, ...words], { timeoutMs: 120_000 }),
    );
  }

  /** `running`, `paused`, ...; undefined where the domain is not. */
  async state(domain: string): Promise<string | undefined> {
    return this.run('domstate', domain).then(
      (said) => said.trim(),
      () => undefined,
    );
  }

  async #logged(words: readonly string[], act: () => Promise<string>): Promise<string> {
    const began = new Date().toISOString();
    const log = (said: string): Promise<void> =>
      appendFile(this.#logFile, `${began} ${words.join(' ')}\n${new Date().toISOString()} ${said}\n`);
    try {
      const said = await act();
      await log(said);
      return said;
    } catch (error) {
      await log((error as Error).message);
      throw error;
    }
  }
}
