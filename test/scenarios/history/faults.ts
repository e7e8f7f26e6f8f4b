/** The properties of histories, see `histories.test.ts`. */
export type Property = 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P7';

/** What happened against a property. */
export interface Fault {
  readonly property: Property;
  readonly what: string;
}

/** What happened in a history, line by line, and what of it should not have. */
export class Chronicle {
  readonly faults: Fault[] = [];
  readonly lines: string[] = [];

  constructor(private readonly elapsed: () => number) {}

  tell(line: string): void {
    this.lines.push(`${(this.elapsed() / 1000).toFixed(3)} ${line}`);
  }

  fault(property: Property, what: string): void {
    if (this.faults.some((each) => each.property === property && each.what === what)) return;
    this.faults.push({ property, what });
    this.tell(`${property} FAILS: ${what}`);
  }
}
