import * as z from 'zod';
import type { MulticastReports } from '../learn/multicast-reports.js';
import type { MigrationReport } from './migration-report.js';

/** How a guest was asked for its multicast groups, at one NIC. */
export interface MulticastRefreshReport {
  /** The VLANs on which it was asked, besides untagged. */
  readonly vlans: readonly number[];
  /** Queries that the system took, in all rounds; 0 under `observe`, where `vlans` says where it would be asked. */
  readonly queries: number;
  /** What it told of its groups from then on, each VLAN once; absent where nobody counts at its port. */
  readonly reports?: readonly MulticastReports[];
  /** Why it could not be asked. */
  readonly problem?: string;
}

/** The section `multicast` of a report. */
export interface MulticastSection {
  /** By NIC id; NICs where nothing was sent and nothing is wrong are not there. */
  readonly nics: Readonly<Record<string, MulticastRefreshReport>>;
}

const multicastSection = z.object({
  nics: z.record(
    z.string(),
    z.object({
      vlans: z.array(z.number()),
      queries: z.number(),
      reports: z
        .array(z.object({ vlan: z.number().optional(), igmp: z.number(), mld: z.number() }))
        .optional(),
      problem: z.string().optional(),
    }),
  ),
});

/**
 * How the guest of a report was asked for its groups, by NIC id: the section `multicast`. Empty where there is none, or
 * where it is of another form: a section is a companion's word.
 */
export const multicastOf = ({
  sections,
}: Pick<MigrationReport, 'sections'>): ReadonlyMap<string, MulticastRefreshReport> => {
  const section = sections?.['multicast'];
  if (!multicastSection.safeParse(section).success) return new Map();
  return new Map(Object.entries((section as MulticastSection).nics));
};
