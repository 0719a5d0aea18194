// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${...} is what config files say.
import type { Samples } from './types.ts';

/** What a value must be like to be taken for the secret that its name announces. */
export type ValueDemand =
  /** Anything but a placeholder: the place says it all. */
  | 'any'
  /** What people make up themselves: short, words, digits alone. */
  | 'password'
  /** Made by a machine, or at least by somebody careful: no plain word, number, path or address. */
  | 'opaque'
  /** Letters and digits in no order: the name alone proves little. */
  | 'random'
  /** 32 hexadecimal digits and nothing else. */
  | 'hex';

/** A secret known by its name. */
export interface NameRule {
  readonly id: string;
  /** Tried on the name in snake case: `api_key` for `apiKey` and `X-API-Key`. */
  readonly name: RegExp;
  readonly value: ValueDemand;
  /** Name and value. */
  readonly samples: Samples<readonly [name: string, value: string]>;
}

/** In this order: the first whose name matches decides. */
export const nameRules: readonly NameRule[] = [
  {
    id: 'authorization',
    name: /(?:^|_)(?:authorization|auth_headers?)$/,
    value: 'any',
    samples: {
      secret: [
        ['Authorization', 'Bearer @b64u:40@'],
        ['authorization', 'dev-alice-token'],
        ['Proxy-Authorization', 'Basic @b64:24@'],
        ['AUTH_HEADER', 'Bearer @hex:40@'],
      ],
      harmless: [
        ['Authorization', 'Bearer <your-token>'],
        ['Authorization', 'Bearer'],
        ['Authorization', ''],
        ['Authorization', 'Bearer ${input:token}'],
        ['Authorization', 'Basic dXNlcjpwYXNzd29yZA=='],
        ['AUTHORIZATION_URL', '@b64u:40@'],
      ],
    },
  },
  {
    id: 'password',
    name: /(?:^|_)(?:[a-z0-9]*(?:password|passwd|passphrase|passwort)|pwd|pass|passcode|mnemonic|seed_phrase|basic_auth)(?:_|$)/,
    value: 'password',
    samples: {
      secret: [
        ['DB_PASSWORD', 'Sommer2024!'],
        ['PGPASSWORD', 'tiger-lily'],
        ['SMTP_PASS', '@az:4@ @az:4@ @az:4@ @az:4@'],
        ['admin_passwd', '83619405'],
        ['password', 'Pa$$word77'],
        ['BASIC_AUTH', 'admin:Winter_is7'],
      ],
      harmless: [
        ['DB_PASSWORD', 'postgres'],
        ['DB_PASSWORD', 'changeme'],
        ['PASSWORD_FILE', '/run/secrets/db'],
        ['PASSWORD_MIN_LENGTH', '12'],
        ['PASSWORD', '$DB_PASSWORD'],
        ['COMPASS_MODE', 'read-only-1'],
        ['BASIC_AUTH', 'true'],
      ],
    },
  },
  {
    id: 'api-key',
    name: /(?:^|_)(?:[a-z0-9]*apikeys?|(?:api|access|secret|private|auth|master|admin|encryption|signing|service|service_role|account|subscription|app|application|consumer|integration|storage|shared|deploy|hmac|license|functions?|security|access_key)_keys?)(?:_|$)/,
    value: 'opaque',
    samples: {
      secret: [
        ['X-API-Key', '@an:32@'],
        ['EXA_API_KEY', '@uuid@'],
        ['AWS_SECRET_ACCESS_KEY', '@b64:40@'],
        ['tavilyApiKey', '@an:32@'],
        ['Ocp-Apim-Subscription-Key', '@hex:32@'],
        ['OPENAI_APIKEY', '@an:20@'],
        ['SECRET_KEY_BASE', '@hex:128@'],
        ['ALIYUN_ACCESS_KEY_SECRET', '@an:30@'],
      ],
      harmless: [
        ['API_KEY', 'YOUR_API_KEY'],
        ['API_KEY_PATH', '~/.keys/api'],
        ['STRIPE_PUBLISHABLE_KEY', 'pk_live_@an:24@'],
        ['API_KEY', 'true'],
        ['API_KEY_HEADER', 'X-API-Key'],
        ['PRIVATE_KEY', '/etc/ssl/private/a.key'],
        ['AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
      ],
    },
  },
  {
    id: 'app-id',
    // OpenWeather calls its key an id.
    name: /(?:^|_)appid$/,
    value: 'hex',
    samples: {
      secret: [
        ['appid', '@hex:32@'],
        ['OPENWEATHER_APPID', '@hex:32@'],
      ],
      harmless: [
        ['AZURE_APPID', '@uuid@'],
        ['appid', 'com.example.notes'],
      ],
    },
  },
  {
    id: 'secret',
    name: /(?:^|_)[a-z0-9]*(?:secrets?|credentials?|creds)(?:_|$)/,
    value: 'opaque',
    samples: {
      secret: [
        ['GOOGLE_CLIENT_SECRET', '@b64u:28@'],
        ['JWT_SECRET', 'correct-horse-battery-staple'],
        ['clientSecret', '@uuid@'],
      ],
      harmless: [
        ['SECRET_NAME', 'prod/db/main-2'],
        ['GOOGLE_APPLICATION_CREDENTIALS', '/home/me/sa.json'],
        ['SECRET_ARN', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-AbCdEf'],
        ['CLIENT_SECRET', 'YOUR_CLIENT_SECRET'],
        ['USE_SECRETS', 'true'],
        ['SECRETARY', 'Alice B. 1'],
      ],
    },
  },
  {
    id: 'token',
    name: /(?:^|_)(?:[a-z0-9]*token|jwt|bearer|pat|(?:api|auth|access|bearer)_tokens)(?:_|$)/,
    value: 'opaque',
    samples: {
      secret: [
        ['GITLAB_TOKEN', '@b64u:20@'],
        ['authToken', '@hex:40@'],
        ['TELEGRAM_BOT_TOKEN', '@dig:10@:@b64u:35@'],
        ['AZURE_DEVOPS_PAT', '@low:52@'],
        ['TOKEN_GITLAB', '@hex:32@'],
        ['GITLAB_TOKEN_2', 'blue-heron-19'],
      ],
      harmless: [
        ['TOKEN_LIMIT', '128000'],
        ['MAX_TOKENS', '4096'],
        ['TOKENIZER', 'cl100k_base'],
        ['TOKEN_PATH', './token.json'],
        ['TOKEN', 'GITHUB_TOKEN'],
        ['BEARER_TOKEN_ENV_VAR', 'GITHUB_PAT2_TOKEN'],
        ['TOKEN_ENDPOINT', 'https://example.com/token'],
        ['TOKEN', 'none'],
        ['JWT_TEMPLATE', 'supabase-v2'],
      ],
    },
  },
  {
    id: 'key',
    name: /(?:^|_)(?:[a-z0-9]*key|keys|[a-z0-9]*api$|salt|pepper|auth|cookie|session|sid|sessionid|session_id|sig|signature|code|otp|access|sas|secret_id|token_id)(?:_|$)/,
    value: 'random',
    samples: {
      secret: [
        ['MAPS_KEY', '@an:32@'],
        ['key', '@uuid@'],
        ['code', '@b64:56@'],
        ['SESSION_COOKIE', '@hex:40@'],
        ['WEATHER_API', '@hex:32@'],
      ],
      harmless: [
        ['PUBLIC_KEY', '@b64:64@'],
        ['KEY_PATH', '/home/me/.ssh/id_ed25519'],
        ['AUTH_MODE', 'oauth2'],
        ['SORT_KEY', 'created_at'],
        ['JIRA_PROJECT_KEY', 'PROJ'],
        ['AUTH', 'oauth'],
        ['code', 'python3'],
        ['COUNTRY_CODE', 'DE'],
        ['WEATHER_API', 'https://api.example.com/v2'],
        ['KEY_VAULT', 'contoso-kv-01'],
        ['X-Idempotency-Key', '@uuid@'],
        ['MODEL_KEY', 'claude-3-5-sonnet-20241022'],
      ],
    },
  },
];

/** Names that end like this are about a secret and hold none. Tried in snake case, and before {@link nameRules}. */
export const aboutSecrets =
  /(?:^|_)(?:limits?|paths?|files?|filename|folder|dir|directory|urls?|uri|endpoint|hosts?|hostname|port|modes?|ids?|uuid|guid|names?|types?|kind|ttl|expiry|expires|expires_in|expiration|timeout|lifetime|age|duration|interval|region|scopes?|headers?|prefix|suffix|env|vars?|variable|env_var|count|num|size|length|len|budget|usage|window|algorithm|alg|format|version|enabled|disabled|required|provider|methods?|strategy|flow|issuer|audience|realm|domain|email|username|store|backend|manager|location|source|arn|field|param|hint|description|label|title|policy|stdin|command|cmd|script|helper|validation|verify|check|rotation|encoding|separator|symbol|address|bits|sheet|spreadsheet|document|page|database|board|channel|workspace|team|org|organization|project|zone|commit|sha|sha1|sha256|rev|ref|hash|digest|checksum|integrity|fingerprint|cert|certificate|model|language|locale|traceparent|etag|nonce)$/;

/** Names that end as {@link aboutSecrets} and yet hold a secret. */
export const secretAllTheSame = /(?:^|_)(?:auth_headers?|session_id|secret_id)$/;

/** Names with these words are of what everybody may know, whatever it looks like. */
export const publicNames =
  /(?:^|_)(?:public|publishable|pub|idempotency|partition|sort|primary_key|foreign|cache_key|country|currency|language|zip|postal|status|error|exit|project_key|issue_key|site_key|object_key)(?:_|$)/;

/** Recognised by form alone, or by form and place. Their code is in `inspect.ts` and its neighbours. */
export const shapeRules: readonly NameRule[] = [
  {
    id: 'jwt',
    name: /^/,
    value: 'any',
    samples: {
      secret: [
        ['X-Anything', '@jwt@'],
        ['ANYTHING', '@jwt@'],
        ['SUPABASE_ANON', '@jwt@'],
      ],
      harmless: [
        ['X', 'eyJ...'],
        ['X', 'eyJhbGciOiJIUzI1NiJ9'],
        ['X', 'eyJhbGciOiJIUzI1NiJ9.<payload>.<signature>'],
      ],
    },
  },
  {
    id: 'private-key',
    name: /^/,
    value: 'any',
    samples: {
      secret: [['GITHUB_APP_PEM', '@begin@\n@b64:200@\n@end@']],
      harmless: [
        ['PEM', '-----BEGIN CERTIFICATE-----\n@b64:200@\n-----END CERTIFICATE-----'],
        ['PEM', '@begin@\n...\n@end@'],
      ],
    },
  },
  {
    id: 'scheme',
    name: /^/,
    value: 'opaque',
    samples: {
      secret: [
        ['WEATHER_HEADER', 'Bearer @an:32@'],
        ['X', 'Basic @b64:32@'],
      ],
      harmless: [
        ['X', 'Bearer authentication'],
        ['X', 'Bearer ${TOKEN}'],
        ['X', 'Basic dXNlcjpwYXNz'],
        ['DESCRIPTION', 'Basic support for 12 things'],
      ],
    },
  },
  {
    id: 'random-value',
    name: /^/,
    value: 'random',
    samples: {
      secret: [
        ['X-Weather', '@an:40@'],
        ['WEATHER', '@b64u:43@'],
      ],
      harmless: [
        ['X-Request', '@uuid@'],
        ['SPREADSHEET_ID', '@an:44@'],
        ['CACHE', '@hex:64@'],
        ['DATABASE', '@hex:32@'],
        ['MODEL', 'claude-3-5-sonnet-20241022-v2-bedrock-eu'],
        ['PACKAGE', '@modelcontextprotocol/server-filesystem@2025.8.21'],
      ],
    },
  },
  {
    id: 'url-password',
    name: /^/,
    value: 'password',
    samples: {
      secret: [
        ['DATABASE_URL', 'postgres://app:Winter%2Bis7@db.internal:5432/app'],
        ['REDIS_URL', 'redis://:@an:20@@cache:6379'],
        ['REPO', 'https://@an:40@@git.example.com/a.git'],
      ],
      harmless: [
        ['DATABASE_URL', 'postgresql://postgres:postgres@localhost:5432/postgres'],
        ['DATABASE_URL', 'postgresql://user:password@localhost/db'],
        ['DATABASE_URL', 'postgresql://app:${DB_PASSWORD}@db/app'],
        ['SSH', 'ssh://git@github.com/a/b.git'],
        ['SENTRY_DSN', 'https://@hex:32@@o1.ingest.sentry.io/42'],
      ],
    },
  },
  {
    id: 'connection-string',
    name: /^/,
    value: 'password',
    samples: {
      secret: [
        ['SQL', 'Server=db;Database=app;User Id=sa;Password=Winter%is7;Encrypt=true'],
        ['STORAGE', 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=@b64:88@;EndpointSuffix=core.windows.net'],
        ['PG', 'host=db user=app password=tiger-lily dbname=app'],
      ],
      harmless: [
        ['SQL', 'Server=db;Database=app;User Id=sa;Password=<password>;'],
        ['SQL', 'Server=db;Database=app;Password=${PW};Encrypt=true'],
        ['SQL', 'Server=db;Integrated Security=true'],
      ],
    },
  },
];
