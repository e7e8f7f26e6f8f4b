import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AnnounceRequest,
  type CardRecording,
  type ErrorCode,
  type ErrorDetails,
  type GuestInspection,
  HeraldError,
  type HostDescription,
  type HostStats,
  isHeraldError,
  isNestedDeeperThan,
  type MigrationReport,
  type RecordRequest,
} from '@nic-herald/core';
import { MAX_LINE_BYTES, type MigrationLine, parseMigrationLine } from '@nic-herald/core/internal';
import type { GuestSummary } from './control-routes.js';
import { readLines } from './read-lines.js';

const MAX_ANSWER = 64 * 1024 * 1024;
/** An answer may hold the state of a NIC, which is at most `MAX_SNAPSHOT_DEPTH` deep. */
const MAX_ANSWER_DEPTH = 128;
const QUICK_TIMEOUT_MS = 5000;
const MAX_AGENTS = 64;
/** An agent says every 5 s that it is there; one that says nothing for so long is not, ms. */
const SILENT_MS = 20_000;

/** Asks one running agent over its control socket. */
export class ControlClient {
  constructor(readonly path: string) {}

  async guests(): Promise<readonly GuestSummary[]> {
    return (await this.ask('GET', '/guests', { timeoutMs: QUICK_TIMEOUT_MS })) as readonly GuestSummary[];
  }

  /** What the agent is composed of; an agent may add to a host's own description. */
  async describe<Description extends HostDescription = HostDescription>(): Promise<Description> {
    return (await this.ask('GET', '/host', { timeoutMs: QUICK_TIMEOUT_MS })) as Description;
  }

  /** The last reports, the newest last. */
  async reports(): Promise<readonly MigrationReport[]> {
    return (await this.ask('GET', '/reports', { timeoutMs: 30_000 })) as readonly MigrationReport[];
  }

  async stats(): Promise<HostStats> {
    return (await this.ask('GET', '/stats', { timeoutMs: QUICK_TIMEOUT_MS })) as HostStats;
  }

  async inspect(ref: string): Promise<GuestInspection> {
    const path = `/guests/${encodeURIComponent(ref)}`;
    return (await this.ask('GET', path, { timeoutMs: 30_000 })) as GuestInspection;
  }

  /**
   * Resolves after the last round: at most 1000 rounds, 100 s apart. Where the request's signal aborts, the agent sends no
   * more of it, and this rejects with HERALD_CANCELLED.
   */
  async announce(ref: string, { nics, timing, signal }: AnnounceRequest): Promise<MigrationReport> {
    const path = `/guests/${encodeURIComponent(ref)}/announce`;
    const given = signal === undefined ? {} : { signal };
    return (await this.ask('POST', path, { body: { nics, timing }, ...given })) as MigrationReport;
  }

  /** Records a card; the agent reads for at most 25 s. */
  async record(ref: string, { nic, words }: RecordRequest): Promise<CardRecording> {
    const path = `/guests/${encodeURIComponent(ref)}/record`;
    return (await this.ask('POST', path, { body: { nic, words }, timeoutMs: 30_000 })) as CardRecording;
  }

  /**
   * What happens to the guests of the agent from now on, or to the one named, which need not be there yet. It ends only where
   * `signal` aborts, or who reads leaves: where the agent ends or falls silent, this rejects with HERALD_CONTROL_FAILED, and at once
   * with HERALD_WATCH_FULL where too many watch.
   */
  async *watch({ guest, signal }: WatchRequest = {}): AsyncGenerator<MigrationLine, void> {
    const path = guest === undefined ? '/watch' : `/guests/${encodeURIComponent(guest)}/watch`;
    const { Agent, request } = await import('undici');
    const dispatcher = new Agent({
      connect: { socketPath: this.path },
      headersTimeout: QUICK_TIMEOUT_MS,
      bodyTimeout: SILENT_MS,
      maxResponseSize: -1,
    });
    let isAnswered = false;
    try {
      const answer = await request(`http://agent${path}`, {
        dispatcher,
        ...(signal !== undefined && { signal }),
      });
      isAnswered = true;
      const tooLong = (): Error => this.failed(`sent a line of more than ${MAX_LINE_BYTES} bytes`);
      for await (const text of readLines(answer.body, MAX_LINE_BYTES, tooLong)) {
        if (answer.statusCode !== 200) throw this.refusal(answer.statusCode, this.parsed(text));
        const line = parseMigrationLine(text);
        if (line === undefined)
          throw this.failed('sent a line that says nothing; is that an agent of this version?');
        yield line;
      }
      throw this.failed('ended');
    } catch (error) {
      if (signal?.aborted === true) return;
      if (isHeraldError(error)) throw error;
      throw this.failed(watchFault(error, isAnswered), error);
    } finally {
      await dispatcher.destroy();
    }
  }

  private async ask(method: 'GET' | 'POST', path: string, how: Asking): Promise<unknown> {
    const { statusCode, text } = await this.answerTo(method, path, how);
    const content = this.parsed(text);
    if (statusCode === 200) return content;
    throw this.refusal(statusCode, content);
  }

  private parsed(text: string): unknown {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch (error) {
      throw this.failed('gave an answer that is not JSON', error);
    }
    if (!isNestedDeeperThan(MAX_ANSWER_DEPTH, content)) return content;
    throw this.failed(
      `gave an answer that is nested more than ${MAX_ANSWER_DEPTH} deep; is that an agent of this version?`,
    );
  }

  private refusal(statusCode: number, content: unknown): HeraldError {
    return errorOf(content) ?? this.failed(`failed with status ${statusCode} and did not say why`);
  }

  private async answerTo(
    method: 'GET' | 'POST',
    path: string,
    { body, signal, timeoutMs }: Asking,
  ): Promise<{ readonly statusCode: number; readonly text: string }> {
    // what an agent never needs is loaded when something is asked
    const { Agent, request } = await import('undici');
    const dispatcher = new Agent({
      connect: { socketPath: this.path },
      maxResponseSize: MAX_ANSWER,
      headersTimeout: 0, // an announcement may take a day; what is to be quick has a limit for all of it
      bodyTimeout: 0,
    });
    const deadline = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
    const limits = [signal, deadline].filter((each) => each !== undefined);
    let isAnswered = false;
    try {
      const answer = await request(`http://agent${path}`, {
        dispatcher,
        method,
        signal: AbortSignal.any(limits),
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      isAnswered = true;
      return { statusCode: answer.statusCode, text: await answer.body.text() };
    } catch (error) {
      if (signal?.aborted === true) {
        throw new HeraldError('HERALD_CANCELLED', `the agent at ${this.path} was asked to stop`, {
          details: { path: this.path },
        });
      }
      if (deadline?.aborted === true) throw this.failed(`did not answer within ${timeoutMs} ms`, error);
      throw this.failed(isAnswered ? 'broke off its answer' : 'does not answer', error);
    } finally {
      await dispatcher.destroy();
    }
  }

  private failed(problem: string, cause?: unknown): HeraldError {
    return new HeraldError('HERALD_CONTROL_FAILED', `the agent at ${this.path} ${problem}`, {
      details: { path: this.path },
      cause,
    });
  }
}

/** Whom to watch, and how long. */
export interface WatchRequest {
  /** Its name, UUID, key or instance; absent: all guests. */
  readonly guest?: string;
  readonly signal?: AbortSignal;
}

interface Asking {
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** How long the whole answer may take, ms; absent: as long as it likes. */
  readonly timeoutMs?: number;
}

/** What became of an agent that was watched. */
const watchFault = (error: unknown, isAnswered: boolean): string => {
  const { code } = error as { readonly code?: unknown };
  if (code === 'UND_ERR_BODY_TIMEOUT') return `said nothing for ${SILENT_MS / 1000} s: it hangs`;
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return `did not answer within ${QUICK_TIMEOUT_MS} ms`;
  return isAnswered ? 'went away' : 'does not answer';
};

/** The error an agent sent, as if it had happened here; `undefined` for what is none. */
const errorOf = (content: unknown): HeraldError | undefined => {
  const { code, message, details } = (content ?? {}) as Partial<{
    code: ErrorCode;
    message: string;
    details: ErrorDetails;
  }>;
  if (typeof code !== 'string' || !code.startsWith('HERALD_') || typeof message !== 'string')
    return undefined;
  return new HeraldError(code, message, details === undefined ? {} : { details });
};

/** The agents whose sockets lie in a control directory; whether they live shows when they are asked. */
export const agentsIn = async (directory: string): Promise<readonly ControlClient[]> => {
  const names = await readdir(directory).catch(() => [] as string[]);
  return names
    .filter((name) => name.endsWith('.sock'))
    .sort()
    .slice(0, MAX_AGENTS)
    .map((name) => new ControlClient(join(directory, name)));
};
