/** The NICs that are plugged. */
export interface NicFingerprint {
  readonly ids: readonly string[];
  /** Something that differs when NICs come, go or are plugged elsewhere. */
  readonly print: string;
}
