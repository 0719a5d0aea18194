import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { detectInHeader } from '../../../../src/core/detect/detectInHeader.ts';
import { detectSecrets } from '../../../../src/core/detect/detectSecrets.ts';
import {
  isPlaceholder,
  isReference,
  placeholderRules,
  referenceRules,
} from '../../../../src/core/detect/placeholders.ts';
import { nameRules, shapeRules } from '../../../../src/core/detect/rules.ts';
import { matchVendor, vendorRules } from '../../../../src/core/detect/vendors.ts';
import { withFakeValues } from '../../../detect/fakeValues.ts';

/** Enough to meet the rare value that a careless rule takes for words or a sequence. */
const seeds = Array.from({ length: 20 }, (_, index) => String(index));

/** The rules found for a variable or header of this name and value. */
function rulesFor(name: string, value: string, seed = '0'): string[] {
  const filled = withFakeValues(value, seed);
  const place = /^[A-Z]?[a-z]+(?:-[A-Z][a-z]+)+$|^X-|authorization$/i.test(name) ? 'headers' : 'env';
  const text = JSON.stringify({ servers: { a: { [place]: { [name]: filled } } } });
  const found = detectSecrets(text);
  for (const { span, valueSpan } of found) {
    // The span covers a part of the value, whatever was escaped.
    const part: unknown = JSON.parse(`"${text.slice(span.start, span.end)}"`);
    strictEqual(filled.includes(String(part)), true, 'the span is inside the value');
    strictEqual(JSON.parse(text.slice(valueSpan.start, valueSpan.end)), filled);
  }
  return found.map(detection => detection.rule);
}

describe('samples of the rules', () => {
  for (const rule of [...nameRules, ...shapeRules]) {
    describe(rule.id, () => {
      for (const [name, value] of rule.samples.secret) {
        it(`finds ${name}: ${JSON.stringify(value)}`, () => {
          for (const seed of seeds) {
            deepStrictEqual(rulesFor(name, value, seed), [rule.id], withFakeValues(value, seed));
          }
        });
      }
      for (const [name, value] of rule.samples.harmless) {
        it(`leaves ${name}: ${JSON.stringify(value)}`, () => {
          for (const seed of seeds) {
            deepStrictEqual(rulesFor(name, value, seed), [], withFakeValues(value, seed));
          }
        });
      }
    });
  }
});

describe('samples of the vendors', () => {
  for (const rule of vendorRules) {
    it(`${rule.id} ${rule.prefixes.join(' ')}`, () => {
      for (const sample of rule.samples.secret) {
        for (const seed of seeds) {
          const value = withFakeValues(sample, seed);
          deepStrictEqual(matchVendor(value), { rule: rule.id, length: value.length }, value);
          deepStrictEqual(rulesFor('ANYTHING', value), [rule.id], value);
          deepStrictEqual(rulesFor('X-Anything', value), [rule.id], value);
        }
      }
      for (const sample of rule.samples.harmless) {
        strictEqual(matchVendor(withFakeValues(sample)), undefined, sample);
      }
      for (const prefix of rule.prefixes) {
        for (const standIn of [
          '',
          '...',
          'x'.repeat(40),
          'X'.repeat(40),
          '*'.repeat(20),
          'your-token-here',
          'YOUR_API_KEY',
          'your_personal_access_token_goes_here_please',
          '<token>',
          '1234567890abcdef1234567890abcdef1234567890abcdef',
          'abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789',
          '${TOKEN}',
        ]) {
          for (const name of ['API_KEY', 'X-API-Key', 'ANYTHING']) {
            deepStrictEqual(rulesFor(name, prefix + standIn), [], `${name}: ${prefix}${standIn}`);
          }
        }
      }
    });
  }
});

describe('samples of the placeholders', () => {
  for (const rule of placeholderRules) {
    it(rule.id, () => {
      for (const sample of rule.samples.secret) {
        strictEqual(rule.pattern.test(sample), false, sample);
      }
      for (const sample of rule.samples.harmless) {
        strictEqual(rule.pattern.test(sample), true, sample);
        strictEqual(isPlaceholder(sample), true, sample);
        strictEqual(detectInHeader('Authorization', `Bearer ${sample}`), undefined, sample);
      }
    });
  }
  for (const rule of referenceRules) {
    it(rule.id, () => {
      for (const sample of rule.samples.secret) {
        strictEqual(rule.pattern.test(sample), false, sample);
      }
      for (const sample of rule.samples.harmless) {
        strictEqual(rule.pattern.test(sample), true, sample);
        strictEqual(isReference(sample), true, sample);
        strictEqual(detectInHeader('Authorization', `Bearer ${sample}`), undefined, sample);
        deepStrictEqual(rulesFor('API_KEY', sample), [], sample);
      }
    });
  }
});
