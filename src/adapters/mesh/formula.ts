import { ModelFileError } from "../../domain/errors.ts";

/** What a formula may ask for: coordinates and distances of named point groups, and named quantities. */
export interface FormulaScope {
  /** `x(corner)`, `d(corner,alaTop)`: the function's name and the names between its brackets. */
  call(name: string, groups: readonly string[]): number;
  /** `eyeLine`. */
  quantity(name: string): number;
}

export type Formula = (scope: FormulaScope) => number;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|([-+*/(),]))/y;

/**
 * Compiles a formula of an action-unit model: numbers, `+ - * /`, brackets, named quantities and calls over point groups,
 * e.g. `(y(corner)-y(upTop))/x(corner)`. Formulas are data that researchers read and change, so they are parsed rather
 * than run as code.
 *
 * @throws {ModelFileError} if the text is not such a formula.
 */
export function compileFormula(text: string): Formula {
  const parser = createParser(tokensOf(text), text);
  const formula = parser.sum();
  parser.end();
  return formula;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match === null) throw wrong(text, "it has a character that no formula has");
    tokens.push(match[0].trim());
  }
  return tokens;
}

function createParser(tokens: readonly string[], text: string) {
  let position = 0;
  const take = (...wanted: readonly string[]): string | undefined => {
    const token = tokens[position];
    if (token === undefined || !wanted.includes(token)) return undefined;
    position++;
    return token;
  };
  const expect = (wanted: string): void => {
    if (take(wanted) === undefined) throw wrong(text, `it lacks a "${wanted}"`);
  };

  function sum(): Formula {
    let left = product();
    for (let sign = take("+", "-"); sign !== undefined; sign = take("+", "-")) {
      const [first, second, factor] = [left, product(), sign === "+" ? 1 : -1];
      left = (scope) => first(scope) + factor * second(scope);
    }
    return left;
  }

  function product(): Formula {
    let left = term();
    for (let sign = take("*", "/"); sign !== undefined; sign = take("*", "/")) {
      const [first, second] = [left, term()];
      left = sign === "*" ? (scope) => first(scope) * second(scope) : (scope) => first(scope) / second(scope);
    }
    return left;
  }

  function term(): Formula {
    if (take("-") !== undefined) {
      const inner = term();
      return (scope) => -inner(scope);
    }
    if (take("(") !== undefined) {
      const inner = sum();
      expect(")");
      return inner;
    }
    return named();
  }

  function named(): Formula {
    const token = tokens[position++];
    if (token === undefined) throw wrong(text, "it ends too early");
    if (/^\d/.test(token)) return () => Number(token);
    if (!/^[A-Za-z_]/.test(token)) throw wrong(text, `"${token}" stands where a value is expected`);
    if (take("(") === undefined) return (scope) => scope.quantity(token);
    const groups = [name()];
    while (take(",") !== undefined) groups.push(name());
    expect(")");
    return (scope) => scope.call(token, groups);
  }

  function name(): string {
    const token = tokens[position++];
    if (token === undefined || !/^[A-Za-z_]/.test(token)) throw wrong(text, "a call names something else than points");
    return token;
  }

  function end(): void {
    if (position < tokens.length) throw wrong(text, `"${tokens[position]}" stands after its end`);
  }

  return { sum, end };
}

function wrong(text: string, reason: string): ModelFileError {
  return new ModelFileError("action units", `the formula "${text}" is wrong: ${reason}`);
}
