import * as vscode from 'vscode';
import { until } from './keyring.ts';

/** A box that is waiting for an answer. */
export interface Question {
  readonly kind: 'input' | 'pick';
  /** What it asks. */
  readonly prompt: string;
  /** What stands in the box, or which item is active. */
  readonly value: string;
  /** Of a list: what each item says, icons left out. */
  readonly items: readonly string[];
  /** Of a list: what stands beneath each item. */
  readonly details: readonly string[];
  /** What the box complains about. */
  readonly problem: string | undefined;
  readonly canGoBack: boolean;
  /** Types a text in the place of what is there and presses Enter. */
  type(text: string): void;
  /** Presses Enter on the item whose label has this text. */
  pick(label: string): void;
  /** Presses Enter on what is there. */
  accept(): void;
  back(): void;
  escape(): void;
}

type Box = vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>;

/** Stands in for the boxes of VS Code, in which a suite can type nothing. */
export class Questions {
  readonly #originals = {
    createInputBox: vscode.window.createInputBox,
    createQuickPick: vscode.window.createQuickPick,
    showOpenDialog: vscode.window.showOpenDialog,
  };
  #shown: FakeBox | undefined;
  /** What is chosen where a file is asked for; undefined leaves without one. */
  file: vscode.Uri | undefined;

  /** From here on, nothing is shown. */
  catch(): void {
    Object.assign(vscode.window, {
      createInputBox: () => this.#box('input').api,
      createQuickPick: () => this.#box('pick').api,
      showOpenDialog: async () => this.file && [this.file],
    });
  }

  release(): void {
    Object.assign(vscode.window, this.#originals);
  }

  /** Waits for a question that has not been answered, or whose answer it complains about. */
  async next(): Promise<Question> {
    const box = await until('a question', () => (this.#shown?.isWaiting ? this.#shown : undefined));
    return box.question();
  }

  #box(kind: Question['kind']): FakeBox {
    return new FakeBox(kind, box => {
      this.#shown = box;
    });
  }
}

type Listeners = Record<'accept' | 'hide' | 'button' | 'value', ((argument?: unknown) => unknown)[]>;

class FakeBox {
  readonly #kind: Question['kind'];
  readonly #listeners: Listeners = { accept: [], hide: [], button: [], value: [] };
  readonly #state: Record<string, unknown> = { items: [], activeItems: [], selectedItems: [], buttons: [], value: '' };
  readonly api: Box;
  #isVisible = false;
  #isAnswered = false;

  constructor(kind: Question['kind'], onShow: (box: FakeBox) => void) {
    this.#kind = kind;
    const listen = (name: keyof Listeners) => (listener: () => unknown) => {
      this.#listeners[name].push(listener);
      return { dispose: () => {} };
    };
    const methods: Record<string, unknown> = {
      onDidAccept: listen('accept'),
      onDidHide: listen('hide'),
      onDidTriggerButton: listen('button'),
      onDidChangeValue: listen('value'),
      show: () => {
        this.#isVisible = true;
        onShow(this);
      },
      hide: () => this.#hide(),
      dispose: () => this.#hide(),
    };
    this.api = new Proxy(this.#state, {
      get: (state, name) => methods[String(name)] ?? state[String(name)],
      set: (state, name, value) => {
        state[String(name)] = value;
        if (name === 'validationMessage' && value !== undefined) {
          this.#isAnswered = false;
        }
        return true;
      },
    }) as unknown as Box;
  }

  get isWaiting(): boolean {
    return this.#isVisible && !this.#isAnswered;
  }

  question(): Question {
    const items = this.#state.items as readonly vscode.QuickPickItem[];
    const plain = (text = '') => text.replace(/\$\([^)]*\) ?/g, '');
    const [active = items[0]] = this.#state.activeItems as readonly vscode.QuickPickItem[];
    const failed = items.find(({ detail }) => detail?.startsWith('$(error)'));
    return {
      kind: this.#kind,
      prompt: String(this.#kind === 'input' ? this.#state.prompt : this.#state.placeholder),
      value: this.#kind === 'input' ? String(this.#state.value) : plain(active?.label),
      items: items.map(({ label, description }) => [plain(label), description].filter(Boolean).join(': ')),
      details: items.map(({ detail = '' }) => plain(detail)),
      problem:
        this.#kind === 'input' ? (this.#state.validationMessage as string | undefined) : failed && plain(failed.detail),
      canGoBack: (this.#state.buttons as readonly unknown[]).includes(vscode.QuickInputButtons.Back),
      type: text => {
        this.#state.value = text;
        this.#fire('value', text);
        this.#answer('accept');
      },
      pick: label => {
        const item = items.find(candidate => plain(candidate.label).includes(label));
        if (!item) {
          throw new Error(`There is no item "${label}" among: ${items.map(candidate => candidate.label).join(', ')}`);
        }
        this.#state.selectedItems = [item];
        this.#answer('accept');
      },
      accept: () => {
        this.#state.selectedItems = active ? [active] : [];
        this.#answer('accept');
      },
      back: () => this.#answer('button', vscode.QuickInputButtons.Back),
      escape: () => this.#hide(),
    };
  }

  #answer(event: 'accept' | 'button', argument?: unknown): void {
    this.#isAnswered = true;
    this.#fire(event, argument);
  }

  #hide(): void {
    if (this.#isVisible) {
      this.#isVisible = false;
      this.#fire('hide');
    }
  }

  #fire(event: keyof Listeners, argument?: unknown): void {
    for (const listener of this.#listeners[event]) {
      listener(argument);
    }
  }
}
