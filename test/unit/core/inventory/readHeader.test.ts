import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readHeader } from '../../../../src/core/inventory/readHeader.ts';
import { headerFindings, parseHeaderValue } from '../../../../src/core/jwt/headerValue.ts';

const runs = Number(process.env.MCP_KEYRING_CASES ?? 2000);
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln';
const piece = fc.constantFrom(
  'Bearer',
  'bearer',
  'Basic',
  'X-API-Key:',
  'Authorization:',
  jwt,
  'eyJ.a.b.c',
  'abc',
  '*/*',
  'ewo.x',
  '${input:x}',
  ' ',
  '  ',
  '\t',
  '\n',
  'ä',
  '"',
  ':',
);

describe('readHeader', () => {
  it('says what the long way says', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Authorization', 'authorization', 'X-API-Key', 'Accept', 'X-Note'),
        fc.array(piece, { minLength: 1, maxLength: 5 }).map(pieces => pieces.join('')),
        (name, value) => {
          const { shape, token } = parseHeaderValue(name, value);
          assert.deepEqual(
            readHeader(name, value),
            { shape, token, findings: headerFindings(name, value) },
            JSON.stringify(value),
          );
        },
      ),
      {
        numRuns: runs,
        examples: [
          ['Authorization', `Bearer ${jwt}`],
          ['Accept', 'en'],
          ['Accept', `Bearer ${jwt}`],
        ],
      },
    );
  });
});
