import type { AnnounceMode } from '@nic-herald/core';
import type { HeraldConfig } from './herald-config.js';

/** What the log says of the modes of a host when it is ready. */
export interface StatedModes {
  /** Of every guest that is not in `guestModes`. */
  readonly mode: AnnounceMode;
  /** Of guests that have another, by name or UUID as written; absent: none has. */
  readonly guestModes?: Readonly<Record<string, AnnounceMode>>;
}

/** The modes that the rules state: for all guests, and for those that differ. */
export const statedModes = ({
  mode = 'announce',
  guests = {},
}: Pick<HeraldConfig, 'mode' | 'guests'>): StatedModes => {
  const others = Object.entries(guests).flatMap(([guest, rules]) =>
    rules.mode === undefined || rules.mode === mode ? [] : [[guest, rules.mode] as const],
  );
  return others.length === 0 ? { mode } : { mode, guestModes: Object.fromEntries(others) };
};
