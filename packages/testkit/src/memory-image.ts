import type { RecordedExchange } from './recorded-session.js';

/** A run of guest-physical memory, in bytes. */
interface MappedRange {
  readonly from: number;
  readonly size: number;
}

interface PciReply {
  readonly devices: readonly {
    readonly regions: readonly { readonly type: string; readonly address: number; readonly size: number }[];
  }[];
}

const XP = /^xp \/(?<words>\d+)(?:xw|wx) (?<address>0x[0-9a-f]+|\d+)$/i;
const WORDS_PER_LINE = 4;
const WORD = 4;

/**
 * Guest-physical memory as the monitor command `xp` shows it: the words a recording holds, zero elsewhere
 * in the regions that its PCI devices had mapped, and nothing to be had anywhere else.
 */
export class MemoryImage {
  private readonly words = new Map<number, number>();
  private readonly mapped: MappedRange[] = [];

  /** Takes what the recorded `xp` and `query-pci` replies tell. */
  constructor(exchanges: readonly RecordedExchange[]) {
    for (const {
      command,
      reply,
      arguments: { 'command-line': line },
    } of exchanges) {
      if (command === 'query-pci') this.map(reply as readonly PciReply[]);
      if (command === 'human-monitor-command' && String(line).startsWith('xp ')) this.fill(String(reply));
    }
  }

  /** Changes one register or word of memory, as the guest would. `address` is a multiple of 4. */
  write(address: number, word: number): void {
    this.words.set(address, word >>> 0);
  }

  /** The words that are known, by address. */
  recordedWords(): Readonly<Record<number, number>> {
    return Object.fromEntries(this.words);
  }

  /** What `xp /Nxw ADDRESS` prints; `undefined` for any other command. */
  xp(commandLine: string): string | undefined {
    const { words, address } = XP.exec(commandLine)?.groups ?? {};
    if (words === undefined || address === undefined) return undefined;
    const start = Number(address);
    const end = start + Number(words) * WORD;
    let text = '';
    for (let line = start; line < end; line += WORDS_PER_LINE * WORD) {
      text += `${line.toString(16).padStart(16, '0')}:`;
      for (let at = line; at < Math.min(end, line + WORDS_PER_LINE * WORD); at += WORD) {
        const word = this.read(at);
        if (word === undefined) return `${text} Cannot access memory\r\n`;
        text += ` 0x${word.toString(16).padStart(8, '0')}`;
      }
      text += '\r\n';
    }
    return text;
  }

  private read(address: number): number | undefined {
    const isMapped = this.mapped.some(({ from, size }) => address >= from && address + WORD <= from + size);
    return this.words.get(address) ?? (isMapped ? 0 : undefined);
  }

  private map(buses: readonly PciReply[]): void {
    for (const { type, address, size } of buses
      .flatMap((bus) => bus.devices)
      .flatMap((device) => device.regions)) {
      if (type === 'memory' && address >= 0) this.mapped.push({ from: address, size });
    }
  }

  private fill(xpReply: string): void {
    for (const line of xpReply.split('\r\n')) {
      const [at = '', ...words] = line.split(' ');
      for (const [index, word] of words.entries())
        this.write(Number.parseInt(at, 16) + index * WORD, Number(word));
    }
  }
}
