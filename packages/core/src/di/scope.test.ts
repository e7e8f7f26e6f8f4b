import { describe, expect, it } from 'vitest';
import { inject, injectAll, injectable, multiToken, token, tokenName } from './injection.js';
import { Scope } from './scope.js';

interface Engine {
  readonly cylinders: number;
}
const ENGINE = token<Engine>('test/engine');
const NAME = token<string>('test/name');
const PART = multiToken<string>('test/part');
const LEFT = token<object>('test/left');
const RIGHT = token<object>('test/right');

@injectable()
class Car {
  constructor(
    @inject(ENGINE) readonly engine: Engine,
    @injectAll(PART) readonly parts: readonly string[],
  ) {}
}
const CAR = token<Car>('test/car');

describe('injectable', () => {
  it('refuses a constructor parameter without a token, by its number', () => {
    expect(() => {
      @injectable()
      class Half {
        constructor(
          @inject(NAME) readonly name: string,
          readonly other: string,
        ) {}
      }
      return Half;
    }).toThrow(new TypeError('Half: constructor parameter 1 has no @inject'));
  });

  it('refuses a subclass that would lose the tokens of its base', () => {
    expect(() => {
      @injectable()
      class Sports extends Car {}
      return Sports;
    }).toThrow(/Sports: a subclass of an injected class must declare its own constructor/);
  });

  it('lets a subclass say its own tokens', () => {
    @injectable()
    class Taxi extends Car {
      constructor(@inject(ENGINE) engine: Engine) {
        super(engine, ['meter']);
      }
    }
    const TAXI = token<Taxi>('test/taxi');
    const scope = new Scope().register(ENGINE, { value: { cylinders: 3 } }).register(TAXI, { class: Taxi });
    expect(scope.get(TAXI)).toMatchObject({ engine: { cylinders: 3 }, parts: ['meter'] });
  });

  it('may decorate a class twice', () => {
    injectable()(Car);
    const scope = new Scope().register(ENGINE, { value: { cylinders: 4 } }).register(CAR, { class: Car });
    expect(scope.get(CAR).engine.cylinders).toBe(4);
  });

  it('does not type-check on a parameter that the token does not fit', () => {
    class Wrong {
      // @ts-expect-error a string is no Engine
      constructor(@inject(NAME) readonly engine: Engine) {}
    }
    class WrongList {
      // @ts-expect-error a list of strings is no string
      constructor(@injectAll(PART) readonly part: string) {}
    }
    class Right {
      constructor(@inject(ENGINE) readonly engine: Pick<Engine, 'cylinders'>) {}
    }
    expect([Wrong, WrongList, Right]).toHaveLength(3);
  });
});

describe('token', () => {
  it('is the same for the same name, and not for a list of it', () => {
    expect(token('test/engine')).toBe(ENGINE);
    expect(multiToken('test/engine')).not.toBe(ENGINE);
  });

  it.each([
    [ENGINE, 'test/engine'],
    [PART, 'test/part'],
    [Symbol('foreign'), 'foreign'],
    [Symbol(), 'token'],
  ])('%s is called %s', (of, name) => {
    expect(tokenName(of)).toBe(name);
  });
});

describe('Scope', () => {
  it('gives an empty list where nobody contributes', () => {
    const scope = new Scope().register(ENGINE, { value: { cylinders: 4 } }).register(CAR, { class: Car });
    expect(scope.all(PART)).toEqual([]);
    expect(scope.get(CAR).parts).toEqual([]);
  });

  it('gives contributions in their order', () => {
    const scope = new Scope();
    for (const value of ['wheel', 'seat', 'door']) scope.register(PART, { value });
    expect(scope.all(PART)).toEqual(['wheel', 'seat', 'door']);
  });

  it('builds each registration once, and not before it is asked for', () => {
    let built = 0;
    const scope = new Scope().register(ENGINE, { factory: () => ({ cylinders: ++built }) });
    expect(built).toBe(0);
    expect(scope.get(ENGINE)).toBe(scope.get(ENGINE));
    scope.register(CAR, { class: Car });
    expect(scope.get(CAR)).toBe(scope.get(CAR));
    expect(built).toBe(1);
  });

  it('lets a factory look up what it needs', () => {
    const scope = new Scope()
      .register(PART, { value: 'wheel' })
      .register(ENGINE, { value: { cylinders: 6 } })
      .register(CAR, { factory: ({ get, all }) => new Car(get(ENGINE), all(PART)) });
    expect(scope.get(CAR)).toMatchObject({ engine: { cylinders: 6 }, parts: ['wheel'] });
  });

  it('tells what was built, whoever asked for it', () => {
    const told: unknown[] = [];
    const scope = new Scope()
      .register(ENGINE, { value: { cylinders: 4 } }, { onBuilt: (value) => told.push(value) })
      .register(CAR, { class: Car });
    scope.get(CAR);
    expect(told).toEqual([{ cylinders: 4 }]);
  });

  it('names every token of a cycle', () => {
    const scope = new Scope()
      .register(CAR, { factory: ({ get }) => new Car(get(LEFT) as Engine, []) })
      .register(LEFT, { factory: ({ get }) => ({ right: get(RIGHT) }) })
      .register(RIGHT, { factory: ({ get }) => ({ left: get(LEFT) }) });
    expect(() => scope.get(CAR)).toThrow(
      expect.objectContaining({
        code: 'HERALD_PLUGIN_CYCLE',
        message: expect.stringContaining('test/left needs test/right needs test/left:') as unknown,
      }),
    );
  });

  it('names a cycle through classes too', () => {
    @injectable()
    class Left {
      constructor(@inject(RIGHT) readonly right: object) {}
    }
    @injectable()
    class Right {
      constructor(@inject(LEFT) readonly left: object) {}
    }
    const scope = new Scope().register(LEFT, { class: Left }).register(RIGHT, { class: Right });
    expect(() => scope.get(LEFT)).toThrow(expect.objectContaining({ code: 'HERALD_PLUGIN_CYCLE' }));
  });

  it('throws what failed deepest, told of by the registration that failed', () => {
    const named = (name: string) => ({ onFailed: (error: unknown) => new Error(name, { cause: error }) });
    const cause = new Error('no spark');
    const failing = {
      factory: (): Engine => {
        throw cause;
      },
    };
    const scope = new Scope()
      .register(CAR, { class: Car }, named('car'))
      .register(ENGINE, failing, named('engine'));
    expect(() => scope.get(CAR)).toThrow(expect.objectContaining({ message: 'engine', cause }));
  });

  it('forgets a failure that a factory got over', () => {
    const scope = new Scope()
      .register(ENGINE, {
        factory: () => {
          throw new Error('no spark');
        },
      })
      .register(LEFT, {
        factory: ({ get }) => {
          try {
            return get(ENGINE);
          } catch {
            return { pedals: 2 };
          }
        },
      })
      .register(RIGHT, {
        factory: ({ get }) => {
          get(LEFT);
          throw new Error('another');
        },
      });
    expect(() => scope.get(RIGHT)).toThrow('another');
    expect(scope.get(LEFT)).toEqual({ pedals: 2 });
  });

  it('says which parameter asks for what nobody provides', () => {
    const scope = new Scope().register(CAR, { class: Car });
    expect(() => scope.get(CAR)).toThrow(/position #0 of "Car"[\s\S]*test\/engine/);
  });

  it('shares nothing with another scope', () => {
    const one = new Scope().register(NAME, { value: 'one' });
    const two = new Scope().register(NAME, { value: 'two' });
    expect([one.get(NAME), two.get(NAME), new Scope().has(NAME)]).toEqual(['one', 'two', false]);
  });
});
