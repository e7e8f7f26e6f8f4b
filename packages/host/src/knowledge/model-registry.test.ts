import { describe, expect, it } from 'vitest';
import { fakeModel, nicOf } from '../../test/fake-guest.js';
import { ModelRegistry } from './model-registry.js';

const handler = { model: 'fake-card', announcements: () => [] };

describe('ModelRegistry', () => {
  it('names two models of one name, and two handlers for one model', () => {
    const taken = (of: string): unknown =>
      expect.objectContaining({ code: 'HERALD_NAME_TAKEN', message: expect.stringContaining(of) as unknown });
    expect(() => new ModelRegistry([fakeModel(), fakeModel()], [])).toThrow(
      taken('two NIC models are called fake-card'),
    );
    expect(() => new ModelRegistry([], [handler, handler])).toThrow(
      taken('two announce handlers for the model are called fake-card'),
    );
  });

  it('names the models that claim one NIC', () => {
    const registry = new ModelRegistry([fakeModel(), fakeModel({ name: 'other' })], []);
    expect(() => registry.modelFor(nicOf('nic0'))).toThrow(
      expect.objectContaining({
        code: 'HERALD_MODEL_AMBIGUOUS',
        message: expect.stringContaining('fake-card and other') as unknown,
      }),
    );
  });

  it('loses no card to a model that throws where another matches', () => {
    const model = fakeModel();
    const matches = (): never => {
      throw new TypeError('broken');
    };
    const broken = fakeModel({ name: 'broken', matches });
    const registry = new ModelRegistry([broken, model], []);
    expect(registry.modelFor(nicOf('nic0'))).toBe(model);
    expect(() => registry.modelFor(nicOf('nic0', { type: 'rtl8139' }))).toThrow('broken');
  });

  it('finds models by NIC and by name, and handlers', () => {
    const model = fakeModel();
    const registry = new ModelRegistry([model], [handler]);
    expect(registry.modelFor(nicOf('nic0'))).toBe(model);
    expect(registry.modelFor(nicOf('nic0', { type: 'rtl8139' }))).toBeUndefined();
    expect([registry.named('fake-card'), registry.named('x')]).toEqual([model, undefined]);
    expect([registry.handlerFor('fake-card'), registry.handlerFor('x')]).toEqual([handler, undefined]);
  });
});
