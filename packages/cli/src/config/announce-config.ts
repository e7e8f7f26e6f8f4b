import {
  ANNOUNCE_PACING_RANGES,
  ANNOUNCE_PRESETS,
  ANNOUNCE_TIMING_RANGES,
  type AnnouncePreset,
} from '@nic-herald/core/internal';
import * as z from 'zod';
import { leftEmpty, listOf, mapping, oneOf, section, wholeNumber, yesOrNo } from './config-field.js';
import { vlanRange } from './station-list.js';

/** Most kinds that announce one station. */
const MAX_KINDS = 16;

// plugins bring kinds of their own, so that only the host, which has them all, can tell an unknown one
const kindName = z
  .string({ error: 'must be the name of a kind' })
  .max(64, { error: 'must have at most 64 characters' })
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, {
    error: 'must be the name of a kind, such as rarp or garp-reply',
  });

const kinds = z
  .array(kindName, { error: 'must be a list of kinds, such as [rarp, garp, na]' })
  .min(1, { error: 'must name at least one kind' })
  .max(MAX_KINDS, { error: `must name at most ${MAX_KINDS} kinds` })
  .refine((names) => new Set(names).size === names.length, { error: 'must name each kind once' });

const PRESETS = Object.keys(ANNOUNCE_PRESETS) as [AnnouncePreset, ...AnnouncePreset[]];

const choice = { kinds: kinds.optional(), preset: oneOf(PRESETS).optional() };

/** Kinds by name, or those of a preset; at most one of the two. */
export type KindChoice = z.infer<z.ZodObject<typeof choice>>;

const notBoth = ({ kinds: named, preset }: KindChoice): boolean =>
  named === undefined || preset === undefined;
const BOTH = { error: 'must have `kinds` or `preset`, not both' };

const vlanRule = mapping({ vlans: listOf(vlanRange, 'VLANs or ranges').unwrap(), ...choice })
  .refine(notBoth, BOTH)
  .refine(({ kinds: named, preset }) => named !== undefined || preset !== undefined, {
    error: 'must have `kinds` or `preset`',
  });

const guestRules = {
  initialMs: wholeNumber(...ANNOUNCE_TIMING_RANGES.initialMs).optional(),
  maxMs: wholeNumber(...ANNOUNCE_TIMING_RANGES.maxMs).optional(),
  rounds: wholeNumber(...ANNOUNCE_TIMING_RANGES.rounds).optional(),
  stepMs: wholeNumber(...ANNOUNCE_TIMING_RANGES.stepMs).optional(),
  ...choice,
  vlans: listOf(vlanRule, 'mappings of `vlans` and `kinds` or `preset`'),
  multicastRefresh: yesOrNo.optional(),
};

/** How one guest is announced. */
export const guestAnnounce = leftEmpty(
  mapping({
    ...guestRules,
    pacing: z
      .never({ error: 'must stand in `announce` at the top, since all guests of a host share it' })
      .optional(),
  }).refine(notBoth, BOTH),
);

const rate = {
  framesPerSecond: wholeNumber(...ANNOUNCE_PACING_RANGES.framesPerSecond).optional(),
  burst: wholeNumber(...ANNOUNCE_PACING_RANGES.burst).optional(),
};

/** How all guests are announced, and how fast this host may send. */
export const hostAnnounce = leftEmpty(
  mapping({
    ...guestRules,
    pacing: section({ ...rate, arp: section(rate) }),
  }).refine(notBoth, BOTH),
);

/** The rules for all guests, or for one. */
export type AnnounceRules = NonNullable<z.infer<typeof guestAnnounce>>;
