/** How vendors write themselves, where that isn't the id with a capital letter. */
const spellings: Readonly<Record<string, string>> = {
  github: 'GitHub',
  gitlab: 'GitLab',
  openai: 'OpenAI',
  openrouter: 'OpenRouter',
  aws: 'AWS',
  digitalocean: 'DigitalOcean',
  npm: 'npm',
  huggingface: 'Hugging Face',
  pypi: 'PyPI',
  sendgrid: 'SendGrid',
  newrelic: 'New Relic',
  e2b: 'E2B',
  browserbase: 'Browserbase',
  langsmith: 'LangSmith',
  xai: 'xAI',
  onepassword: '1Password',
  planetscale: 'PlanetScale',
  rubygems: 'RubyGems',
  age: 'age',
  hubspot: 'HubSpot',
  posthog: 'PostHog',
  clickup: 'ClickUp',
  elevenlabs: 'ElevenLabs',
};

/** Rules that are named for a kind of secret rather than for a vendor. */
const kinds = new Set([
  'authorization',
  'password',
  'api-key',
  'app-id',
  'secret',
  'token',
  'key',
  'jwt',
  'private-key',
  'scheme',
  'random-value',
  'url-password',
  'connection-string',
  'password-input',
]);

/** The vendor whose tokens a rule knows, as it writes itself; undefined for a rule that knows no vendor. */
export function vendorOf(rule: string): string | undefined {
  if (kinds.has(rule)) {
    return undefined;
  }
  const [id = ''] = rule.split('-');
  return spellings[id] ?? id.charAt(0).toUpperCase() + id.slice(1);
}

/** Where vendors let their keys and tokens be revoked, 2026. Only pages that are the same for every account. */
const revokePages: Readonly<Record<string, string>> = {
  'github-token': 'https://github.com/settings/tokens',
  'gitlab-token': 'https://gitlab.com/-/user_settings/personal_access_tokens',
  'anthropic-key': 'https://console.anthropic.com/settings/keys',
  'openai-key': 'https://platform.openai.com/api-keys',
  'openrouter-key': 'https://openrouter.ai/settings/keys',
  'slack-token': 'https://api.slack.com/apps',
  'google-api-key': 'https://console.cloud.google.com/apis/credentials',
  'aws-access-key': 'https://console.aws.amazon.com/iam/home#/security_credentials',
  'stripe-key': 'https://dashboard.stripe.com/apikeys',
  'notion-token': 'https://www.notion.so/my-integrations',
  'linear-key': 'https://linear.app/settings/api',
  'npm-token': 'https://www.npmjs.com/settings/~/tokens',
  'huggingface-token': 'https://huggingface.co/settings/tokens',
  'pypi-token': 'https://pypi.org/manage/account/token/',
  'digitalocean-token': 'https://cloud.digitalocean.com/account/api/tokens',
};

/** The page on which a secret that this rule knows can be revoked. */
export function revokePageOf(rule: string): string | undefined {
  return revokePages[rule];
}
