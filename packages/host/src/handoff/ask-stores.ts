import type { CancelTimer, Clock } from '@nic-herald/core';

/** How long the other stores are waited for where it is urgent and one has answered, ms. */
const GRACE_MS = 100;

/** What some stores answered. */
export interface StoreAnswers<S, T> {
  readonly answered: readonly { readonly store: S; readonly value: T }[];
  /** Stores that failed, or did not answer in time. */
  readonly missing: readonly S[];
}

/** How stores are asked. */
export interface Question<S, T> {
  /** `undefined`: the store has no say in this. */
  ask(store: S): Promise<T | undefined>;
  /** An answer that came after it was no longer waited for. */
  late?(store: S, value: T): void;
  /** A store that failed while another answered, or after that. */
  failed(store: S, error: unknown): void;
  /** With the clock that tells how long: once one has answered, the others are not waited for much longer. */
  readonly urgent?: Clock | undefined;
}

/**
 * Asks all stores at once. Rejects with the first failure where none that has a say answers; else a store that fails
 * costs nothing but its own answer. Where it is urgent one that did not answer the last time is not waited for at all.
 */
export const askStores = <S extends { readonly isHanging: boolean }, T>(
  stores: readonly S[],
  question: Question<S, T>,
): Promise<StoreAnswers<S, T>> =>
  new Promise((resolve, reject) => {
    const answered: { readonly store: S; readonly value: T }[] = [];
    const failures: { readonly store: S; readonly error: unknown }[] = [];
    const open = new Set(stores);
    let isOver = false;
    let cancel: CancelTimer | undefined;
    const finish = (): void => {
      isOver = true;
      cancel?.();
      const [first] = failures;
      if (answered.length === 0 && first !== undefined) {
        reject(first.error instanceof Error ? first.error : new Error(String(first.error)));
        return;
      }
      for (const { store, error } of failures) question.failed(store, error);
      resolve({ answered, missing: [...failures.map(({ store }) => store), ...open] });
    };
    const look = (): void => {
      const { urgent } = question;
      const isWaitedFor = (store: S): boolean => urgent === undefined || !store.isHanging;
      if (open.size === 0 || (answered.length > 0 && ![...open].some(isWaitedFor))) finish();
      else if (answered.length > 0) cancel ??= urgent?.setTimer(GRACE_MS, finish);
    };
    if (stores.length === 0) finish();
    for (const store of stores) {
      question.ask(store).then(
        (value) => {
          open.delete(store);
          if (isOver) {
            if (value !== undefined) question.late?.(store, value);
            return;
          }
          if (value !== undefined) answered.push({ store, value });
          look();
        },
        (error: unknown) => {
          open.delete(store);
          if (isOver) {
            question.failed(store, error);
            return;
          }
          failures.push({ store, error });
          look();
        },
      );
    }
  });
