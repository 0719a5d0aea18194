import { button, element, type PageElement, type PageField } from '../../../platform/webview/dom.ts';
import type { PanelView } from '../panelView.ts';

const longest = '1000';

/** The description, and the field in which it is edited. What is being typed outlives everything that changes around it. */
export class DescriptionSection {
  readonly node = element('div', { class: 'description' });
  readonly #save: (text: string) => void;
  #view: Pick<PanelView, 'description' | 'labels'>;
  #field: PageField | undefined;

  constructor(view: Pick<PanelView, 'description' | 'labels'>, save: (text: string) => void) {
    this.#view = view;
    this.#save = save;
    this.#drawText();
  }

  update(view: Pick<PanelView, 'description' | 'labels'>): void {
    const changed = view.description !== this.#view.description;
    this.#view = view;
    if (changed && !this.#field) {
      this.#drawText();
    }
  }

  /** The text has been stored. */
  close(): void {
    if (this.#field) {
      this.#field = undefined;
      this.#drawText().focus();
    }
  }

  #drawText(): PageElement {
    const { description, labels } = this.#view;
    const edit = button(
      description === '' ? labels.addDescription : labels.editDescription,
      'describe',
      () => this.#edit(),
      'link',
    );
    this.node.replaceChildren(
      element(
        'p',
        description === '' ? { class: 'note' } : {},
        description === '' ? labels.noDescription : description,
      ),
      edit,
    );
    return edit;
  }

  #edit(): void {
    const { description, labels } = this.#view;
    const field = element('textarea', {
      rows: '3',
      maxlength: longest,
      'aria-label': labels.description,
      'data-key': 'description',
    }) as PageField;
    field.value = description;
    const save = () => this.#save(field.value);
    field.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        this.close();
      } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        save();
      }
    });
    this.#field = field;
    this.node.replaceChildren(
      field,
      element(
        'div',
        { class: 'buttons' },
        button(labels.save, 'save', save, 'primary'),
        button(labels.cancel, 'cancel', () => this.close()),
      ),
    );
    field.focus();
  }
}
