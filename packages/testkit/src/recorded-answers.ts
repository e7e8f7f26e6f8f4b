import { MemoryImage } from './memory-image.js';
import { type QmpArguments, type QmpReply, refuse, textArguments } from './qmp-reply.js';
import type { RecordedExchange } from './recorded-session.js';

interface Property {
  readonly name: string;
  readonly type: string;
}

const PERIPHERAL = '/machine/peripheral';
const PERIPHERAL_ANON = '/machine/peripheral-anon';
const NO_DEVICES: readonly Property[] = [{ name: 'type', type: 'string' }];

/**
 * What a QEMU answers while its devices stay as they are: what was recorded as it was, and what was not as
 * QEMU 7.2.22 was seen to answer.
 */
export class RecordedAnswers {
  /** What `xp` reads. */
  readonly memory: MemoryImage;

  constructor(private readonly exchanges: readonly RecordedExchange[]) {
    this.memory = new MemoryImage(exchanges);
  }

  /** Answers one command. */
  answer(command: string, given: QmpArguments): QmpReply {
    switch (command) {
      case 'qom-list':
        return this.withTexts(given, ['path'], (path) => this.qomList(path));
      case 'qom-get':
        return this.withTexts(given, ['path', 'property'], (path, property) => this.qomGet(path, property));
      case 'human-monitor-command':
        return this.withTexts(given, ['command-line'], (line) => this.humanMonitorCommand(line));
      default:
        return (
          this.recorded(command, given) ??
          refuse('CommandNotFound', `The command ${command} has not been found`)
        );
    }
  }

  /** The last reply to exactly this question; `undefined` where it was never asked. */
  recorded(command: string, given: QmpArguments = {}): { readonly return: unknown } | undefined {
    const found = this.exchanges.findLast(
      (exchange) => exchange.command === command && sameArguments(exchange.arguments, given),
    );
    return found && { return: found.reply };
  }

  /** Whether a device of that id is plugged in. */
  hasDevice(id: string): boolean {
    const listed = (this.recorded('qom-list', { path: PERIPHERAL })?.return ?? []) as readonly Property[];
    return listed.some(({ name, type }) => name === id && type.startsWith('child<'));
  }

  private withTexts(
    given: QmpArguments,
    names: readonly string[],
    answer: (first: string, second: string) => QmpReply,
  ): QmpReply {
    const checked = textArguments(given, names);
    if ('error' in checked) return checked;
    const [first = '', second = ''] = checked.texts;
    return answer(first, second);
  }

  private qomList(path: string): QmpReply {
    const known = this.recorded('qom-list', { path });
    if (known !== undefined) return known;
    if (path === PERIPHERAL_ANON) return { return: NO_DEVICES };
    const properties = this.exchanges.flatMap(({ command, arguments: { path: of, property } }) =>
      command === 'qom-get' && of === path ? [{ name: property, type: 'str' }] : [],
    );
    return properties.length > 0
      ? { return: properties }
      : refuse('DeviceNotFound', `Device '${path}' not found`);
  }

  private qomGet(path: string, property: string): QmpReply {
    const known = this.recorded('qom-get', { path, property });
    if (known !== undefined) return known;
    const type = this.recorded('qom-get', { path, property: 'type' });
    return type === undefined
      ? refuse('DeviceNotFound', `Device '${path}' not found`)
      : refuse('GenericError', `Property '${String(type.return)}.${property}' not found`);
  }

  private humanMonitorCommand(line: string): QmpReply {
    const printed = this.memory.xp(line);
    if (printed !== undefined) return { return: printed };
    const unknown = { return: `unknown command: '${line.split(' ', 1)[0] ?? ''}'\r\n` };
    return this.recorded('human-monitor-command', { 'command-line': line }) ?? unknown;
  }
}

function sameArguments(a: QmpArguments, b: QmpArguments): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => JSON.stringify(a[key]) === JSON.stringify(b[key]))
  );
}
