/** One command and what QEMU said. */
export interface RecordedExchange {
  readonly command: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly reply: unknown;
}

/** One event as QEMU sent it. */
export interface RecordedEvent {
  /** QEMU's own stamp, ms since 1970 UTC with a fraction. */
  readonly at: number;
  readonly name: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** One client's whole conversation with one QEMU through a migration. */
export interface RecordedSession {
  readonly greeting: unknown;
  /** What was asked before the guest ran on the destination: on the source that is everything. */
  readonly before: readonly RecordedExchange[];
  /** What was asked after RESUME. */
  readonly after: readonly RecordedExchange[];
  readonly events: readonly RecordedEvent[];
}

interface RecordedMessage {
  readonly QMP?: unknown;
  readonly id?: unknown;
  readonly execute?: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly return?: unknown;
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly timestamp?: { readonly seconds: number; readonly microseconds: number };
}

/**
 * Reads a recorded conversation: one JSON object a line, `msg` being what was said. Only for recordings that
 * come with this package, which are trusted to be whole.
 */
export const parseRecordedSession = (jsonl: string): RecordedSession => {
  let greeting: unknown;
  const before: RecordedExchange[] = [];
  const after: RecordedExchange[] = [];
  const events: RecordedEvent[] = [];
  const asked = new Map<unknown, Omit<RecordedExchange, 'reply'>>();
  let resumed = false;
  for (const line of jsonl.split('\n')) {
    if (line === '') continue;
    const { msg } = JSON.parse(line) as { readonly msg: RecordedMessage };
    if (msg.QMP !== undefined) greeting = msg;
    else if (msg.event !== undefined) {
      resumed ||= msg.event === 'RESUME';
      const { seconds = 0, microseconds = 0 } = msg.timestamp ?? {};
      const event = { at: seconds * 1000 + microseconds / 1000, name: msg.event };
      events.push(msg.data === undefined ? event : { ...event, data: msg.data });
    } else if (msg.execute !== undefined) {
      asked.set(msg.id, { command: msg.execute, arguments: msg.arguments ?? {} });
    } else {
      const question = asked.get(msg.id);
      if (question !== undefined) (resumed ? after : before).push({ ...question, reply: msg.return });
    }
  }
  return { greeting, before, after, events };
};
