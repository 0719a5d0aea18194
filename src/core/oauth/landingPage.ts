import { plainText } from '../text.ts';

/** What the page says that the browser lands on after a sign-in. Any of it may be text from outside. */
export interface LandingTexts {
  /** The language of the texts, as in `en`. */
  readonly language: string;
  readonly title: string;
  /** What happened, then what to do next. */
  readonly paragraphs: readonly string[];
}

export interface LandingPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const style = `
:root { color-scheme: light dark; }
body { max-width: 34rem; margin: 15vh auto; padding: 0 1.5rem; font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.4rem; line-height: 1.3; }
`;

/**
 * A page without script, pictures, links or forms, that nobody may frame or keep. The address it stands under has a code in
 * it, so it must load nothing from anywhere.
 */
export async function landingPage({ language, title, paragraphs }: LandingTexts): Promise<LandingPage> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style)));
  const styleHash = btoa(String.fromCharCode(...hash));
  const heading = escapeHtml(plainText(title));
  const body = paragraphs.map(paragraph => `<p>${escapeHtml(plainText(paragraph, 600))}</p>`).join('\n');
  return {
    html: `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${heading}</title>
<style>${style}</style>
</head>
<body>
<h1>${heading}</h1>
${body}
</body>
</html>
`,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    },
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
