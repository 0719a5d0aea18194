import assert from 'node:assert/strict';
import { newInputId } from '../../../../src/core/config/inputName.ts';

describe('newInputId', () => {
  const cases: readonly (readonly [words: readonly string[], taken: readonly string[], id: string])[] = [
    [['weather', 'API_KEY'], [], 'weather-api-key'],
    [['weather', '--api-key'], [], 'weather-api-key'],
    [['weather', 'API_KEY'], ['weather-api-key'], 'weather-api-key-2'],
    [['weather', 'API_KEY'], ['weather-api-key', 'weather-api-key-2'], 'weather-api-key-3'],
    [['', ''], [], 'secret'],
    [['wetter ☂ ${x}', 'k'], [], 'wetter-x-k'],
  ];
  for (const [words, taken, id] of cases) {
    it(`${words.join(' and ')} without ${taken.join(', ') || 'others'}: ${id}`, () => {
      assert.equal(newInputId(words, new Set(taken)), id);
    });
  }
});
