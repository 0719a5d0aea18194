import type { Samples } from './types.ts';
import { isMachineMade } from './values.ts';

/** A way in which people write "here comes a secret". */
export interface PlaceholderRule {
  readonly id: string;
  /** A regular expression, or what no regular expression can say in linear time. */
  readonly pattern: { test(value: string): boolean };
  readonly samples: Samples<string>;
}

/** Values that the client or a tool replaces: the secret stands elsewhere. */
export const referenceRules: readonly PlaceholderRule[] = [
  {
    id: 'secret-store',
    pattern:
      /^(?:op|vault|ref\+\w+|secret|secrets|keychain|keyring|aws-?sm|aws-secretsmanager|secretsmanager|ssm|gcp-?sm|gcp-secret-manager|sm|azkv|azure-?kv|keyvault|akv|bws?|bitwarden|1password|lastpass|lpass|pass|gopass|doppler|infisical|sops|kms|enc|encrypted|env|environment|file|cmd|command|exec|shell|dpapi|credential|wincred|libsecret):(?!\d+(?:$|\/)).+/i,
    samples: {
      secret: ['https://example.com', 'Ab3:9fK2mQ7', 'user:hunter22'],
      harmless: ['op://Private/GitHub/token', 'vault:secret/data/mcp#token', 'keychain:github', 'env:GITHUB_TOKEN'],
    },
  },
  {
    id: 'command',
    pattern: /^(?:!\s*[a-z./~]|`[^`]*`$|\$\(|<\()|^@[./~]/,
    samples: {
      secret: ['!!Kx9', 'Pa$(ss'],
      harmless: ['!gh auth token', '`pass show x`', '$(gh auth token)', '@./token.txt'],
    },
  },
  {
    id: 'variable',
    pattern:
      /^(?:\$\w+|\$\{[^}]*\}|\$env:\w+|%\w+%|\{\{.*\}\}|\{(?:env|file|secret):[^}]*\}|#\{[^}]*\}#?|@@\w+@@|__\w+__|<<.*>>|<%.*%>|(?:process\.)?env\.\w+|os\.environ.*|import\.meta\.env\.\w+|secrets\.\w+)$/,
    samples: {
      secret: ['Pa$$word77', '%41%42kd8Fj', 'secrets2you'],
      harmless: ['$TOKEN', '%TOKEN%', '{{ token }}', '{env:TOKEN}', '#{TOKEN}#', '__TOKEN__', 'process.env.TOKEN'],
    },
  },
];

/** Values that stand for a secret which the reader is to fill in, or that everybody knows. */
export const placeholderRules: readonly PlaceholderRule[] = [
  {
    id: 'nothing',
    pattern: /^[^\p{L}\p{N}]*$/u,
    samples: { secret: ['7', 'é'], harmless: ['', '   ', '***', '...', '-', '••••••', '?'] },
  },
  {
    id: 'bracketed',
    pattern: /^(?:<.*>|\[.*\]|\{[^":]*\}|\(.*\))$|<[A-Za-z][^<>]{0,80}>/s,
    samples: {
      secret: ['a<b8Fk2', '[half-open-9'],
      harmless: ['<your-token>', '[TOKEN]', '{token}', '(ask Bob)', 'sk-<your key>', '<base64(user:password)>'],
    },
  },
  {
    id: 'masked',
    pattern: /x{4,}|X{4,}|\*{3,}|[•●]{3,}|\.{3}|…|0{8,}|#{3,}|_{3,}|\?{3,}|^[x\W_]+$/i,
    samples: {
      secret: ['aXxK72', '9000000K'],
      harmless: [
        'xxxx',
        'xxx',
        'xxx-xxx',
        'XXXXXXXX',
        'sk-...',
        'abc…',
        'ghp_xxxxxxxxxxxx',
        '00000000-0000-0000-0000-000000000000',
      ],
    },
  },
  {
    id: 'instruction',
    pattern:
      /(?:^|[^A-Za-z])(?:your?|insert|replace|enter|paste|provide|todo|fixme|dummy|sample|fake|here|hidden|masked|removed|omitted|goes|tbd|n\/a|unset|foobar|lorem|secret_?value)(?:[^A-Za-z]|$)|example|placeholder|change.?me|change.?this|redacted|replace.?me|replace.?with|fill.?(?:me|in)|not.?(?:a.)?real|dont.?commit/i,
    samples: {
      secret: ['yourself9Kd2', 'Where7isIt', 'heresy88k', 'adhere2x'],
      harmless: [
        'YOUR_API_KEY',
        'your token',
        'token-here',
        'insert-token',
        'AKIAIOSFODNN7EXAMPLE',
        'changeme',
        'replace_me',
        'REDACTED',
        'not-a-real-key',
      ],
    },
  },
  {
    id: 'instruction-in-one-word',
    pattern: /^(?:[Yy]our|[Mm]y)[A-Z_]|^(?:YOUR|MY_)|(?:Here|HERE)$/,
    samples: {
      secret: ['yourself9Kd2', 'mystery7', 'MYk29dsL', 'adhere'],
      harmless: ['YourStrong@Passw0rd', 'yourApiKey', 'myToken', 'MY_TOKEN', 'YOURKEY', 'TokenHere', 'apiKeyHERE'],
    },
  },
  {
    id: 'sequence',
    pattern: { test: isSequence },
    samples: {
      secret: ['abk3fDe9', '1239457', 'abc7Kd93kf', 'Mno8Fx2hLq'],
      harmless: [
        '123456',
        '1234567890abcdef',
        'abc123',
        'abc123-def456',
        'abcdefghijklmnopqrstuvwxyz1234567890',
        '0123456789abcdef',
        'a1b2c3d4e5f6',
      ],
    },
  },
  {
    id: 'one-character',
    pattern: /^(.)\1+$/s,
    samples: { secret: ['aab'], harmless: ['aaaaaaaa', '11111111'] },
  },
];

/**
 * Words of which a value may consist and be no secret: test words, defaults that everybody knows, modes. Digits between
 * and behind them (`test123`, `token-1`) don't count, nor do sequences (`key-12345`).
 */
export const harmlessWords: ReadonlySet<string> = new Set(
  `test tests testing tester demo foo bar baz qux fake mock dummy sample secret secrets password passwd pass pwd token tokens
   key keys api apikey access auth authorization bearer basic jwt user username admin administrator root postgres postgresql
   mysql mongo mongodb redis neo4j guest default none null nil undefined true false yes no on off empty value string text
   abc xyz asdf qwerty letmein welcome changeit supersecret mysecret some any the a an this is not real super very my your our
   client personal service server hello world placeholder temp tmp local localhost development staging enabled disabled
   required optional auto automatic manual keychain keyring vault env environment oauth inherit prompt ask interactive managed
   system browser device sso iam anonymous public private unused ignored dev prod header headers query cookie session
   mcp for to with in of use used only needed set xx xxx mytoken mykey mypassword mysecretpassword supersecretpassword deadbeef cafebabe asdfgh secretkey accesskey accesstoken clientsecret minioadmin passw rd`
    .split(/\s+/)
    .filter(word => word !== ''),
);

/** All of {@link referenceRules} begin with a sign or have a colon or a dot inside; most values have neither. */
const mayBeReference = /^[!`$<@#%{_]|[:.]/;

/** Whether the secret stands elsewhere and this is only the way to it. */
export function isReference(value: string): boolean {
  return mayBeReference.test(value) && matches(referenceRules, value);
}

/** Whether a value that stands where a secret belongs is none. */
export function isPlaceholder(value: string): boolean {
  if (isMachineMade(value)) {
    return hasStandIn(value);
  }
  return matches(placeholderRules, value) || consistsOfHarmlessWords(value);
}

/** Whether a value that mixes digits and letters is a stand-in all the same: `AKIA1234EXAMPLE5678`, `0a1b2cYOURKEY3d4e`. */
export function hasStandIn(value: string): boolean {
  return standIn.test(value);
}

const standIn = /example|your|here|xxxx|0{8}|insert|replace|redact|placeholder|_{3}|-{3}/i;

function matches(rules: readonly PlaceholderRule[], value: string): boolean {
  return rules.some(rule => rule.pattern.test(value));
}

/** No random value is read as words: it would have to be nothing but words of the list. */
function consistsOfHarmlessWords(value: string): boolean {
  if (value.length > 60) {
    return false;
  }
  const words = value.match(/[A-Z]?[a-z]+|[A-Z]+|[^A-Za-z\d\s_.:,!-]|\d{5,}/g) ?? [];
  return words.length > 0 && words.every(word => harmlessWords.has(word.toLowerCase()) || isSequence(word));
}

/** Whether most characters follow the one before them, or the one before that, in the alphabet or among the digits. */
function isSequence(value: string): boolean {
  const text = value.replace(/[\W_]+/g, '').toLowerCase();
  if (text.length < 3 || text.length > 200) {
    return false;
  }
  let next = 0;
  let nextButOne = 0;
  for (let index = 1; index < text.length; index++) {
    next += follows(text, index - 1, index) ? 1 : 0;
    nextButOne += index > 1 && follows(text, index - 2, index) ? 1 : 0;
  }
  return next / (text.length - 1) >= 0.6 || (text.length > 5 && nextButOne / (text.length - 2) >= 0.7);
}

function follows(text: string, from: number, to: number): boolean {
  const step = text.charCodeAt(to) - text.charCodeAt(from);
  return step === 1 || (text[from] === '9' && text[to] === '0');
}
