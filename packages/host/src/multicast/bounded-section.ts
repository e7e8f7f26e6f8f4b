import type { MulticastRefreshReport, MulticastSection } from '@nic-herald/core/internal';

/** Most lines of VLANs and of counts of all NICs together: a section holds 64 KiB. */
const MOST_LINES = 1000;
/** Most characters of a problem. */
const MOST_WORDS = 300;

/** A section of the report, within its bound: what of the first NICs leaves no room is left out, with how much. */
export const boundedSection = (
  nics: readonly (readonly [nic: string, report: MulticastRefreshReport])[],
): MulticastSection => {
  let left = MOST_LINES;
  const cut = <T>(lines: readonly T[]): readonly T[] => {
    const kept = lines.slice(0, left);
    left -= kept.length;
    return kept;
  };
  const bounded = nics.map(([nic, { vlans, queries, reports, problem }]) => {
    const kept = { vlans: cut(vlans), ...(reports === undefined ? {} : { reports: cut(reports) }) };
    const lost = vlans.length - kept.vlans.length + (reports?.length ?? 0) - (kept.reports?.length ?? 0);
    const words = [
      problem?.slice(0, MOST_WORDS),
      lost === 0 ? undefined : `${lost} lines on VLANs are left out here`,
    ];
    const told = words.filter((each) => each !== undefined);
    return [nic, { ...kept, queries, ...(told.length === 0 ? {} : { problem: told.join('; ') }) }] as const;
  });
  return { nics: Object.fromEntries(bounded) };
};
