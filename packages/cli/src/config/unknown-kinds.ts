import { nearestWord } from '../nearest-word.js';
import type { AnnounceRules } from './announce-config.js';
import type { HeraldConfig } from './herald-config.js';

/** A kind that herald.yaml names and that nothing on this host can send. */
export interface UnknownKind {
  readonly kind: string;
  /** For people, with what was most likely meant. */
  readonly message: string;
}

/** The kinds that the rules name, for all guests, for one, or for VLANs, and that are none of those known. */
export const unknownKinds = (
  { announce, guests = {} }: Pick<HeraldConfig, 'announce' | 'guests'>,
  known: readonly string[],
  file = 'the configuration',
): readonly UnknownKind[] => {
  const all: readonly (Pick<AnnounceRules, 'kinds' | 'vlans'> | undefined)[] = [
    announce,
    ...Object.values(guests).map((guest) => guest.announce),
  ];
  const named = new Set(all.flatMap((rules) => [rules ?? {}, ...(rules?.vlans ?? [])]).flatMap(kindsOf));
  return [...named]
    .filter((kind) => !known.includes(kind))
    .map((kind) => ({ kind, message: `${file} names the kind '${kind}', ${hint(kind, known)}` }));
};

const kindsOf = ({ kinds }: Pick<AnnounceRules, 'kinds'>): readonly string[] => kinds ?? [];

const hint = (kind: string, known: readonly string[]): string => {
  const meant = nearestWord(kind, known);
  const hope = meant === undefined ? `this host has ${known.join(', ')}` : `did you mean '${meant}'?`;
  return `which no plugin of this host provides; ${hope}`;
};
