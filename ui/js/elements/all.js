// @ts-check
/**
 * Every element, for a teacher's own page; the styles are ui/css/theme.css and controls.css.
 *
 *     <link rel="stylesheet" href="/ui/css/theme.css">
 *     <link rel="stylesheet" href="/ui/css/controls.css">
 *     <script type="module" src="/ui/js/elements/all.js"></script>
 */
import "./template.js"; // first: what stands in a template is not to be built there
import "./choice.js";
import "./favicon.js";
import "./icon.js";
import "./slider.js";
import "./toggle.js";
import "./tooltip.js";
import "./tooltip-attribute.js";
