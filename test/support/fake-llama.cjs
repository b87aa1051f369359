/*
 * Stands in for @fugood/llama.node 1.7.15, with the shapes that it was seen to give (`npm run test:engines` runs the real
 * one): what it does is told by the last message.
 */
const { appendFileSync } = require("node:fs");

exports.loadModel = async ({ model, n_ctx: contextTokens }) => {
  appendFileSync(`${model}.log`, `loaded ${process.pid}\n`);
  if (model.includes("crashes")) process.kill(process.pid, "SIGSEGV");
  if (model.includes("refused")) throw new Error("Failed to load model");
  return {
    initMultimodal: () => true,
    getMultimodalSupport: () => ({ vision: true, audio: false }),
    getFormattedChat: (messages, _template, { tools = [] }) => ({ prompt: JSON.stringify([messages, tools]) }),
    completion: async (asked) => {
      const said = JSON.stringify(asked.messages.at(-1).content);
      if (said.includes("hang")) return new Promise(() => {});
      if (said.includes("crash")) process.kill(process.pid, "SIGSEGV");
      const full = said.includes("too long");
      const text = JSON.stringify({ asked, contextTokens });
      return {
        ...{ chat_format: 2, truncated: false, interrupted: false, stopped_eos: true, stopped_limited: false },
        ...(full ? { text: "" } : { text: `\`\`\`json${text}\`\`\``, content: text }),
        ...{ tokens_evaluated: full ? 0 : 49, tokens_predicted: full ? 0 : 22, context_full: full },
      };
    },
  };
};
