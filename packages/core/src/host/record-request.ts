/** A run of 32-bit words within a memory region of a card. */
export interface NamedWords {
  /** Number of the base address register, 0 to 6. */
  readonly bar: number;
  /** Bytes from the start of the region, a multiple of 4. */
  readonly offset: number;
  /** How many words, 1 to 1024. */
  readonly count: number;
}

/** What a recording is made of. */
export interface RecordRequest {
  /** Id of the NIC; absent: the guest's only one. */
  readonly nic?: string;
  /**
   * Words to read besides those that the model reads, at most 64 runs. They are read whatever that does to the card: name
   * no register with a side effect.
   */
  readonly words?: readonly NamedWords[];
  /** Gives the recording up. */
  readonly signal?: AbortSignal;
}

/** Most runs of words in one request. */
export const MAX_NAMED_WORDS = 64;
