import type { PlayedNic } from './played-spec.js';

const firstRegisters = 0xfeb00000;
const registersLength = 0x20000;
const rctl = 0x0100;
const receiverOn = 0x2;
const receiveAddresses = 0x5400;
const isValid = 0x8000_0000;

/** Where the registers of a played QEMU's e1000 cards are, by the card's place among its NICs. */
export const registersAt = (index: number): number => firstRegisters + index * registersLength;

/** What the human monitor's `xp` prints of the registers of e1000 cards: the receiver is on, and they list their MACs. */
export function readWords(nics: readonly PlayedNic[], count: number, address: number): string {
  const nic = nics[Math.floor((address - firstRegisters) / registersLength)];
  if (nic === undefined) return `${address.toString(16).padStart(16, '0')}: Cannot access memory\r\n`;
  const offset = (address - firstRegisters) % registersLength;
  const registers = registersOf(nic);
  let text = '';
  for (let word = 0; word < count; word += 1) {
    const at = (address + word * 4).toString(16).padStart(16, '0');
    if (word % 4 === 0) text += `${word === 0 ? '' : '\r\n'}${at}:`;
    text += ` 0x${(registers.get(offset + word * 4) ?? 0).toString(16).padStart(8, '0')}`;
  }
  return `${text}\r\n`;
}

function registersOf({ mac, filter }: PlayedNic): ReadonlyMap<number, number> {
  const registers = new Map([[rctl, receiverOn]]);
  for (const [index, each] of [mac, ...filter.unicast].entries()) {
    const bytes = Buffer.from(each.replaceAll(':', ''), 'hex');
    registers.set(receiveAddresses + index * 8, bytes.readUInt32LE(0));
    registers.set(receiveAddresses + index * 8 + 4, (bytes.readUInt16LE(4) | isValid) >>> 0);
  }
  return registers;
}
