// uPlot draws what the server has drawn already, so that one can look closer.
"use strict";
(() => {
  const zooms = new Map();

  const summed = (differences) => {
    let sum = 0;
    return differences.map((difference) => (sum += difference));
  };

  // Whole numbers in, text out: amounts never become fractions on the way.
  const amount = (value, decimals) => {
    const digits = String(Math.abs(value)).padStart(decimals + 1, "0");
    const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
    const rest = digits.slice(digits.length - decimals).replace(/0+$/, "").padEnd(2, "0");
    return `${value < 0 ? "−" : ""}${whole}.${rest}`;
  };

  const colours = (figure) => {
    const of = (selector, property) => getComputedStyle(figure.querySelector(selector))[property];
    return { line: of(".line", "stroke"), grid: of(".grid", "stroke"), text: of("li", "color"), area: of(".area", "fill") };
  };

  const drawn = (figure) => {
    const figures = JSON.parse(figure.dataset.chart);
    const times = summed(figures.times).map((time) => time * figures.step);
    const amounts = summed(figures.amounts);
    return { ...figures, data: [times, amounts] };
  };

  const axis = (colour, more) => ({ stroke: colour.text, grid: { stroke: colour.grid, width: 1 }, ticks: { show: false }, font: "12px system-ui", ...more });

  const options = (figure, chart, reset) => {
    const colour = colours(figure);
    const moment = new Intl.DateTimeFormat("en-GB", { timeZone: chart.zone, dateStyle: "medium", timeStyle: "short" });
    const rounded = (value) => amount(Math.round(value), chart.decimals).replace(/\.00$/, "");
    return {
      width: figure.clientWidth,
      height: 240,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), chart.zone),
      cursor: { drag: { x: true, y: false } },
      series: [
        { label: "Time", value: (_, seconds) => (seconds == null ? "" : moment.format(seconds * 1000)) },
        { label: "Balance", stroke: colour.line, fill: colour.area, fillTo: (self) => self.scales.y.min, width: 2, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false }, value: (_, value) => (value == null ? "–" : `${chart.unit} ${amount(value, chart.decimals)}`) },
      ],
      axes: [
        axis(colour, { size: 36, space: 72, values: [[86400, "{D} {MMM}", null, null, null, null, null, null, 1], [60, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1], [1, "{HH}:{mm}:{ss}", null, null, null, null, null, null, 1]] }),
        axis(colour, { values: (_, ticks) => ticks.map(rounded), size: (self, labels) => 16 + 7 * Math.max(0, ...(labels || []).map((label) => label.length)) }),
      ],
      hooks: {
        setScale: [(self, key) => {
          if (key !== "x") return;
          const whole = self.scales.x.min <= self.data[0][0] && self.scales.x.max >= self.data[0].at(-1);
          if (whole) zooms.delete(chart.title);
          else zooms.set(chart.title, { min: self.scales.x.min, max: self.scales.x.max });
          if (reset) reset.hidden = whole;
        }],
      },
    };
  };

  const plots = new Map();

  const draw = (figure) => {
    if (!window.uPlot || !figure.clientWidth) return;
    plots.get(figure)?.destroy();
    figure.classList.add("live");
    const chart = drawn(figure);
    const reset = figure.closest(".chart").querySelector("[data-chart-reset]");
    const zoom = zooms.get(chart.title);
    const plot = new uPlot(options(figure, chart, reset), chart.data, figure);
    plots.set(figure, plot);
    if (zoom) plot.setScale("x", zoom);
  };

  const forgetGonePlots = () => {
    for (const [figure, plot] of plots) {
      if (figure.isConnected) continue;
      plot.destroy();
      plots.delete(figure);
    }
  };

  const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach(draw);
  document.documentElement.addEventListener("theme-changed", () => drawAll(document));

  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return; // a phone's address bar comes and goes
    width = innerWidth;
    for (const [figure, plot] of plots) plot.setSize({ width: figure.clientWidth, height: 240 });
  });

  document.addEventListener("click", ({ target }) => {
    const reset = target.closest("[data-chart-reset]");
    const plot = reset && plots.get(reset.closest(".chart").querySelector("[data-chart]"));
    if (plot) plot.setScale("x", { min: plot.data[0][0], max: plot.data[0].at(-1) });
  });

  document.addEventListener("htmx:load", ({ detail }) => {
    forgetGonePlots();
    drawAll(detail.elt);
  });
})();
