import { isPlaceholder } from './placeholders.ts';
import type { Samples } from './types.ts';

/** A vendor's tokens, known by how they begin. Values of a rule are literal strings. */
export interface VendorRule {
  readonly id: string;
  readonly prefixes: readonly string[];
  /** Which characters follow the prefix. */
  readonly body: keyof typeof bodies;
  /** How many of them there are at least; fewer than the vendor issues, for the day it changes its mind. */
  readonly minimum: number;
  readonly samples: Samples<string>;
}

const bodies = {
  hex: /[0-9a-f]+/y,
  alnum: /[A-Za-z0-9]+/y,
  upper: /[A-Z0-9]+/y,
  word: /[A-Za-z0-9_-]+/y,
  dotted: /[A-Za-z0-9_.-]+/y,
  base64: /[A-Za-z0-9+/=_.-]+/y,
  path: /[A-Za-z0-9_/-]+/y,
};

function vendor(
  id: string,
  prefixes: string | readonly string[],
  body: VendorRule['body'],
  minimum: number,
  secret: string | readonly string[],
  harmless: string | readonly string[],
): VendorRule {
  return {
    id,
    prefixes: list(prefixes),
    body,
    minimum,
    samples: { secret: list(secret), harmless: list(harmless) },
  };
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

/**
 * From the vendors' own documentation of their tokens and from what people paste, 2026. Where one prefix begins another
 * the longer one wins. Besides the samples, a test tries every prefix with the usual stand-ins (`xxxx`, `your-token`, `...`).
 */
export const vendorRules: readonly VendorRule[] = [
  vendor(
    'github-token',
    ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    'word',
    30,
    ['ghp_@an:36@', 'github_pat_@an:22@_@an:59@', 'ghs_@an:36@'],
    ['ghp_token', 'github_pat_', 'ghp_abcdefghijklmnopqrstuvwxyz12345'],
  ),
  vendor(
    'gitlab-token',
    ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glft-', 'glagent-'],
    'dotted',
    20,
    ['glpat-@an:20@', 'glpat-@an:27@.01.@low:9@'],
    'glpat-your_access_token',
  ),
  vendor('anthropic-key', 'sk-ant-', 'word', 20, 'sk-ant-api03-@b64u:93@AA', 'sk-ant-api03-...'),
  vendor('openrouter-key', 'sk-or-', 'word', 20, 'sk-or-v1-@hex:64@', 'sk-or-v1-your-key-goes-here'),
  vendor(
    'openai-key',
    'sk-',
    'word',
    20,
    ['sk-@an:48@', 'sk-proj-@b64u:120@', 'sk-svcacct-@b64u:60@', 'sk-@hex:32@'],
    ['sk-...', 'sk-my-own-service-for-all', 'sk-1234567890abcdef1234567890abcdef'],
  ),
  vendor(
    'slack-token',
    ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxc-', 'xoxd-', 'xoxe.', 'xapp-'],
    'base64',
    20,
    ['xoxb-@dig:12@-@dig:13@-@an:24@', 'xapp@nil@-1-A@up:10@-@dig:13@-@hex:64@'],
    ['xoxb@nil@-your-bot-token', 'xoxb-'],
  ),
  vendor(
    'slack-webhook',
    'https://hooks.slack.com/services/',
    'path',
    30,
    'https://hooks.slack.com/services/T@up:10@/B@up:10@/@an:24@',
    'https://hooks.slack@nil@.com/services/T000/B000/XXXXXXXXXXXXXXXXXXXXXXXX',
  ),
  vendor(
    'discord-webhook',
    ['https://discord.com/api/webhooks/', 'https://discordapp.com/api/webhooks/'],
    'path',
    60,
    'https://discord.com/api/webhooks/@dig:19@/@b64u:68@',
    'https://discord.com/api/webhooks/ID/TOKEN',
  ),
  vendor('aws-access-key', ['AKIA', 'ASIA'], 'upper', 16, 'AKIA@up:16@', [
    'AKIAIOSFODNN7EXAMPLE',
    'AKIAXXXXXXXXXXXXXXXX',
  ]),
  vendor('google-api-key', 'AIza', 'word', 30, 'AIza@b64u:35@', 'AIzaSyYourKeyHere'),
  vendor(
    'google-oauth',
    ['ya29.', 'GOCSPX-', '1//0'],
    'dotted',
    24,
    ['GOCSPX-@b64u:28@', 'ya29.@b64u:120@'],
    'GOCSPX-xxx',
  ),
  vendor(
    'stripe-key',
    ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'],
    'alnum',
    20,
    ['sk_live_@an:24@', 'sk_test_51@an:97@', 'rk_live_@an:40@', 'whsec_@an:32@'],
    ['sk_test_...', 'sk_test_your_key', 'pk_live_@an:24@'],
  ),
  vendor('notion-token', 'ntn_', 'alnum', 30, 'ntn_@dig:11@@an:35@', 'ntn_****'),
  vendor('notion-token', 'secret_', 'alnum', 32, 'secret_@an:43@', ['secret_token', 'secret_name_of_the_thing']),
  vendor('linear-key', ['lin_api_', 'lin_oauth_', 'lin_wh_'], 'alnum', 30, 'lin_api_@an:40@', 'lin_api_key'),
  vendor('figma-token', ['figd_', 'figu_'], 'word', 30, 'figd_@b64u:40@', 'figd_your-token'),
  vendor('tavily-key', 'tvly-', 'word', 20, ['tvly-@an:32@', 'tvly-dev-@an:32@'], 'tvly-YOUR_API_KEY'),
  vendor('digitalocean-token', ['dop_v1_', 'doo_v1_', 'dor_v1_'], 'hex', 48, 'dop_v1_@hex:64@', 'dop_v1_abcdef'),
  vendor('npm-token', 'npm_', 'alnum', 36, 'npm_@an:36@', ['npm_config_registry', 'npm_package_version']),
  vendor('huggingface-token', ['hf_', 'api_org_'], 'alnum', 30, 'hf_@an:34@', 'hf_hub_download'),
  vendor('pypi-token', 'pypi-', 'word', 50, 'pypi-AgEIcHlwaS5vcmc@b64u:140@', 'pypi-simple-index-mirror'),
  vendor('sendgrid-key', 'SG.', 'dotted', 40, 'SG.@b64u:22@.@b64u:43@', 'SG.your.key'),
  vendor('mailgun-key', 'key-', 'hex', 32, 'key-@hex:32@', 'key-name'),
  vendor('twilio-key', 'SK', 'hex', 32, 'SK@hex:32@', 'SKU-4711'),
  vendor('atlassian-token', ['ATATT3', 'ATCTT3', 'ATBB', 'ATOA'], 'base64', 24, 'ATATT3xFfGF0@b64u:180@', 'ATATT3...'),
  vendor('sentry-token', ['sntrys_', 'sntryu_'], 'base64', 40, ['sntryu_@hex:64@', 'sntrys_@b64:180@'], 'sntryu_token'),
  vendor('supabase-key', ['sbp_', 'sb_secret_'], 'word', 20, ['sbp_@hex:40@', 'sb_secret_@b64u:31@'], 'sbp_<token>'),
  vendor('netlify-token', ['nfp_', 'nfc_', 'nfo_'], 'alnum', 30, 'nfp_@an:36@', 'nfp_site'),
  vendor('render-key', 'rnd_', 'alnum', 24, 'rnd_@an:28@', 'rnd_number'),
  vendor('fly-token', ['fm1r_', 'fm2_', 'fo1_'], 'base64', 40, 'fm2_@b64:200@', 'fm2_...'),
  vendor('shopify-token', ['shpat_', 'shpss_', 'shpca_', 'shppa_'], 'hex', 32, 'shpat_@hex:32@', 'shpat_xxxx'),
  vendor('databricks-token', 'dapi', 'hex', 32, 'dapi@hex:32@', 'dapifeed'),
  vendor('grafana-token', ['glsa_', 'glc_'], 'base64', 32, 'glsa_@an:32@_@hex:8@', 'glsa_grafana_token'),
  vendor('newrelic-key', ['NRAK-', 'NRJS-'], 'upper', 24, 'NRAK-@up:27@', 'NRAK-KEY'),
  vendor('perplexity-key', 'pplx-', 'alnum', 30, 'pplx-@an:48@', ['pplx-70b-online', 'pplx-7b-chat']),
  vendor('groq-key', 'gsk_', 'alnum', 40, 'gsk_@an:52@', 'gsk_...'),
  vendor('replicate-token', 'r8_', 'alnum', 30, 'r8_@an:37@', 'r8_model'),
  vendor('firecrawl-key', 'fc-', 'alnum', 24, 'fc-@hex:32@', ['fc-YOUR_API_KEY', 'fc-worker']),
  vendor('brave-key', 'BSA', 'word', 24, 'BSA@b64u:28@', 'BSA-compliance'),
  vendor('context7-key', 'ctx7sk-', 'word', 24, 'ctx7sk-@uuid@', 'ctx7sk-...'),
  vendor('e2b-key', 'e2b_', 'hex', 32, 'e2b_@hex:40@', 'e2b_sandbox'),
  vendor('browserbase-key', ['bb_live_', 'bb_test_'], 'word', 20, 'bb_live_@b64u:27@', 'bb_live_key'),
  vendor('apify-token', 'apify_api_', 'alnum', 30, 'apify_api_@an:36@', 'apify_api_token'),
  vendor('postman-key', 'PMAK-', 'word', 40, 'PMAK-@hex:24@-@hex:34@', 'PMAK-your-key'),
  vendor('pinecone-key', 'pcsk_', 'word', 40, 'pcsk_@an:5@_@an:63@', 'pcsk_********'),
  vendor('langsmith-key', ['lsv2_pt_', 'lsv2_sk_'], 'word', 32, 'lsv2_pt_@hex:32@_@hex:10@', 'lsv2_pt_...'),
  vendor('xai-key', 'xai-', 'alnum', 40, 'xai-@an:80@', 'xai-grok'),
  vendor('cerebras-key', 'csk-', 'alnum', 32, 'csk-@low:48@', 'csk-demo'),
  vendor('doppler-token', ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.'], 'dotted', 30, 'dp.st.dev.@an:43@', 'dp.st.'),
  vendor('vault-token', ['hvs.', 'hvb.', 'hvr.'], 'word', 24, 'hvs.@b64u:90@', 'hvs.token'),
  vendor('onepassword-token', 'ops_eyJ', 'base64', 60, 'ops_eyJ@b64u:300@', 'ops_eyJ...'),
  vendor(
    'planetscale-token',
    ['pscale_pw_', 'pscale_tkn_', 'pscale_oauth_'],
    'dotted',
    30,
    'pscale_pw_@b64u:43@',
    'pscale_pw_',
  ),
  vendor('neon-key', 'napi_', 'alnum', 40, 'napi_@low:64@', 'napi_key'),
  vendor('pulumi-token', 'pul-', 'hex', 40, 'pul-@hex:40@', 'pul-stack'),
  vendor('rubygems-key', 'rubygems_', 'hex', 40, 'rubygems_@hex:48@', 'rubygems_mirror'),
  vendor('docker-token', ['dckr_pat_', 'dckr_oat_'], 'word', 24, 'dckr_pat_@b64u:27@', 'dckr_pat_xxxx'),
  vendor('heroku-key', 'HRKU-', 'word', 30, 'HRKU-@uuid@', 'HRKU-app'),
  vendor('age-key', 'AGE-SECRET-KEY-1', 'upper', 50, 'AGE-SECRET-KEY-1@up:58@', 'AGE-SECRET-KEY-1...'),
  vendor('resend-key', 're_', 'word', 24, 're_@an:8@_@an:24@', ['re_export_all_the_things_now', 're_xxxxxxxxx']),
  vendor('airtable-token', 'pat', 'dotted', 70, 'pat@an:14@.@hex:64@', ['patch', 'path.to.a.file']),
  vendor('hubspot-token', ['pat-na1-', 'pat-na2-', 'pat-eu1-'], 'word', 30, 'pat-na1-@uuid@', 'pat-na1-xxxx'),
  vendor('typeform-token', 'tfp_', 'word', 40, 'tfp_@b64u:59@', 'tfp_form'),
  vendor('contentful-token', 'CFPAT-', 'word', 40, 'CFPAT-@b64u:43@', 'CFPAT-your-token'),
  vendor('sonar-token', ['squ_', 'sqp_', 'sqa_'], 'hex', 40, 'squ_@hex:40@', 'squ_token'),
  vendor('dynatrace-token', ['dt0c01.', 'dt0s01.', 'dt0s16.'], 'dotted', 60, 'dt0c01.@up:24@.@up:64@', 'dt0c01.ABC'),
  vendor('posthog-key', 'phx_', 'alnum', 40, 'phx_@an:47@', ['phx_key', 'phc_@an:43@']),
  vendor('logfire-token', 'pylf_v1_', 'word', 40, 'pylf_v1_us_@an:43@', 'pylf_v1_us_'),
  vendor('clickup-token', 'pk_', 'upper', 32, 'pk_@up:40@', 'pk_live_@an:24@'),
  vendor('elevenlabs-key', 'sk_', 'hex', 48, 'sk_@hex:48@', 'sk_default_voice'),
];

interface Shape {
  readonly rule: VendorRule;
  readonly prefix: string;
}

// Two characters tell most strings from all prefixes; the longest prefix comes first.
const byStart = new Map<string, Shape[]>();
for (const rule of vendorRules) {
  for (const prefix of rule.prefixes) {
    const start = prefix.slice(0, 2);
    byStart.set(
      start,
      [...(byStart.get(start) ?? []), { rule, prefix }].sort((a, b) => b.prefix.length - a.prefix.length),
    );
  }
}

/** The vendor's rule whose token this value is, or begins with up to a delimiter. */
export function matchVendor(value: string): { readonly rule: string; readonly length: number } | undefined {
  const shapes = byStart.get(value.slice(0, 2));
  if (shapes === undefined) {
    return undefined;
  }
  for (const { rule, prefix } of shapes) {
    if (!value.startsWith(prefix)) {
      continue;
    }
    const pattern = bodies[rule.body];
    pattern.lastIndex = prefix.length;
    const body = pattern.exec(value)?.[0] ?? '';
    const length = prefix.length + body.length;
    if (body.length >= rule.minimum && !continues.test(value.charAt(length)) && isIssued(body)) {
      return { rule: rule.id, length };
    }
  }
  return undefined;
}

/** Whether a value is a vendor's prefix with a stand-in for the rest: `ghp_`, `sk-your-key`. */
export function isVendorStandIn(value: string): boolean {
  const shapes = byStart.get(value.slice(0, 2)) ?? [];
  return shapes.some(({ prefix }) => value.startsWith(prefix) && isPlaceholder(value.slice(prefix.length)));
}

/** What a token can't be followed by: then it is a part of something longer. */
const continues = /[A-Za-z0-9]/;

/** Whether a body was made by a machine: people's names for things are words between dashes. */
function isIssued(body: string): boolean {
  return (/[0-9A-Z]/.test(body) || !/[_-]/.test(body)) && !isPlaceholder(body);
}
