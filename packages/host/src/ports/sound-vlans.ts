import type { CarriedVlans } from '@nic-herald/core';
import type { VlanRange } from '@nic-herald/core/internal';
import { VlanId } from '@nic-herald/wire';

/** As many as there can be: every second VLAN. */
const MOST_RANGES = 2047;

/** A copy of what a resolver says a port carries; `undefined` where it makes no sense, which is as good as not known. */
export const soundVlans = (given: unknown): CarriedVlans | undefined => {
  const { untagged, tagged } = (given ?? {}) as { readonly untagged?: unknown; readonly tagged?: unknown };
  if (typeof untagged !== 'boolean' && !isVlan(untagged)) return undefined;
  if (!Array.isArray(tagged) || tagged.length > MOST_RANGES) return undefined;
  const ranges: VlanRange[] = [];
  for (const each of tagged as readonly unknown[]) {
    const [first, last] = Array.isArray(each) ? (each as readonly unknown[]) : [];
    if (!isVlan(first) || !isVlan(last) || first > last || first <= (ranges.at(-1)?.[1] ?? 0))
      return undefined;
    ranges.push([first, last]);
  }
  return { untagged, tagged: ranges };
};

const isVlan = (value: unknown): value is number => typeof value === 'number' && VlanId.is(value);
