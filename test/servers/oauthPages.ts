/** What a page of the authorization server asks of the person in front of it. */
export interface PageField {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

/** A page with one form, plain enough for a browser that is driven by a test and for a test that has only `fetch`. */
export function formPage(title: string, action: string, fields: readonly PageField[], buttons: string): string {
  const inputs = fields
    .map(
      ({ name, label, value }) =>
        `<p><label>${escapeHtml(label)} <input name="${escapeHtml(name)}" value="${escapeHtml(value)}"></label></p>`,
    )
    .join('');
  return page(title, `<form method="post" action="${escapeHtml(action)}">${inputs}${buttons}</form>`);
}

/** A page whose body is HTML already. */
export function page(title: string, body: string): string {
  const safe = escapeHtml(title);
  return `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>${safe}</title><h1>${safe}</h1>${body}</html>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
