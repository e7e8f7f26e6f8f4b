/**
 * Something that is asked for again and again, perhaps by code that never stops: whoever asks while it is under way shares
 * the one after it with all others, so that each gets what was begun after it asked, and no more than one waits.
 */
export class SharedAsking<T> {
  private current: Promise<T> | undefined;
  private next: Promise<T> | undefined;

  constructor(private readonly ask: () => Promise<T>) {}

  /** What `ask` gives. */
  now(): Promise<T> {
    if (this.current === undefined) return this.begin();
    this.next ??= this.current.then(
      () => this.begin(),
      () => this.begin(),
    );
    return this.next;
  }

  private begin(): Promise<T> {
    this.next = undefined;
    const asked = this.ask();
    const over = (): void => {
      if (this.current === asked) this.current = undefined;
    };
    this.current = asked;
    asked.then(over, over);
    return asked;
  }
}
