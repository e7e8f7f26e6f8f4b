import type { OvsPort } from './ovs-carries.js';

/** Most rows of a table that are kept, and most entries of a set. */
const MOST_ROWS = 65_536;
const MOST_MEMBERS = 65_536;

/** What is asked of the database, by table: RFC 7047 section 4.1.5. */
export const WATCHED_COLUMNS = {
  Bridge: ['name', 'ports'],
  Port: ['name', 'tag', 'trunks', 'vlan_mode', 'cvlans', 'interfaces'],
  Interface: ['name', 'external_ids'],
} as const;

type Row = Readonly<Record<string, unknown>>;

/** Where Open vSwitch has an interface. */
export interface OvsPlace {
  /** The name of the bridge. */
  readonly bridge: string;
  readonly port: OvsPort;
  /**
   * Whether OVN or neutron has a logical port there: `iface-id` names it (ovn-controller(8), "Open vSwitch Database Configuration"; Open
   * vSwitch's integration guide, which has hypervisors set it).
   */
  readonly isManaged: boolean;
}

/** A copy of what Open vSwitch's database says of bridges, ports and interfaces. What makes no sense in it is left out. */
export class OvsTables {
  private readonly tables = new Map<string, Map<string, Row>>(
    Object.keys(WATCHED_COLUMNS).map((name) => [name, new Map()]),
  );
  /** By the names of interfaces, made when it is asked for. */
  private places: ReadonlyMap<string, OvsPlace> | undefined;

  /** Takes table updates: rows by table and UUID, each with what it is now (`new`), or gone. Throws RangeError where they are too many. */
  update(updates: unknown): void {
    this.places = undefined;
    for (const [name, table] of this.tables) {
      for (const [id, change] of entriesOf(recordOf(updates)[name])) {
        const now = recordOf(change)['new'];
        if (now === undefined) table.delete(id);
        else table.set(id, recordOf(now));
        if (table.size > MOST_ROWS) throw new RangeError(`more than ${MOST_ROWS} rows of ${name}`);
      }
    }
  }

  /** Where an interface is; `undefined` where Open vSwitch has none of that name in a bridge. */
  placeOf(interfaceName: string): OvsPlace | undefined {
    this.places ??= this.joined();
    return this.places.get(interfaceName);
  }

  private joined(): ReadonlyMap<string, OvsPlace> {
    const places = new Map<string, OvsPlace>();
    for (const bridge of this.rows('Bridge')) {
      for (const port of referredTo(bridge['ports'], this.tables.get('Port'))) {
        const place = { bridge: textOf(bridge['name']), port: portOf(port) };
        for (const each of referredTo(port['interfaces'], this.tables.get('Interface'))) {
          places.set(textOf(each['name']), { ...place, isManaged: isManaged(each) });
        }
      }
    }
    return places;
  }

  private rows(table: string): Iterable<Row> {
    return this.tables.get(table)?.values() ?? [];
  }
}

const portOf = (row: Row): OvsPort => {
  const [tag] = vlansOf(row['tag']);
  const [mode] = membersOf(row['vlan_mode']);
  return {
    name: textOf(row['name']),
    trunks: vlansOf(row['trunks']),
    customerVlans: vlansOf(row['cvlans']),
    ...(tag !== undefined && { tag }),
    ...(typeof mode === 'string' && { mode }),
  };
};

const isManaged = ({ external_ids: ids }: Row): boolean =>
  entriesIn(ids).some(([key, value]) => key === 'iface-id' && typeof value === 'string' && value !== '');

/** A map is `["map", pairs]` (RFC 7047 section 5.1). */
const entriesIn = (value: unknown): readonly (readonly unknown[])[] => {
  const [kind, pairs] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (kind !== 'map' || !Array.isArray(pairs) || pairs.length > MOST_MEMBERS) return [];
  return pairs.filter((each): each is readonly unknown[] => Array.isArray(each));
};

/** A set is `["set", members]`, or its only member (RFC 7047 section 5.1). */
const membersOf = (value: unknown): readonly unknown[] => {
  if (value === undefined) return [];
  const [kind, members] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (kind !== 'set') return [value];
  return Array.isArray(members) && members.length <= MOST_MEMBERS ? members : [];
};

const vlansOf = (value: unknown): readonly number[] =>
  membersOf(value).filter((each): each is number => isWhole(each) && each >= 0 && each <= 4095);

const isWhole = (value: unknown): value is number => Number.isInteger(value);

/** The rows that `["uuid", id]` names. */
const referredTo = (value: unknown, table: ReadonlyMap<string, Row> | undefined): readonly Row[] =>
  membersOf(value).flatMap((each) => {
    const [kind, id] = Array.isArray(each) ? (each as readonly unknown[]) : [];
    const row = kind === 'uuid' && typeof id === 'string' ? table?.get(id) : undefined;
    return row === undefined ? [] : [row];
  });

const recordOf = (value: unknown): Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : {};

const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  Object.entries(recordOf(value));

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
