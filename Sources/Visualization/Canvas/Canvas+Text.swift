import CCairo
public import Foundation

extension Canvas {
    /// Draws one line of text at `anchor`; line breaks and other control characters become spaces, and
    /// what no character is U+FFFD.
    public func text(_ text: String, at anchor: CGPoint, _ style: TextStyle) {
        let line = Self.singleLine(text)
        select(style)
        var x = anchor.x
        switch style.alignment {
        case .leading: break
        case .center: x -= advance(of: line) / 2
        case .trailing: x -= advance(of: line)
        }
        // Capitals of DejaVu Sans are 0.73 of the font's height.
        let y = style.baseline == .middle ? anchor.y + 0.365 * style.size : anchor.y
        if let halo = style.halo {
            cairo_new_path(context)
            cairo_move_to(context, x, y)
            cairo_text_path(context, line)
            use(halo)
            cairo_set_dash(context, nil, 0, 0)
            cairo_set_line_width(context, style.size * 0.3)
            cairo_stroke(context)
        }
        use(style.color)
        cairo_move_to(context, x, y)
        cairo_show_text(context, line)
        cairo_new_path(context)
    }

    /// The width that a line of text takes, in the canvas's units.
    public func width(of text: String, _ style: TextStyle) -> Double {
        select(style)
        return advance(of: Self.singleLine(text))
    }

    /// The text, cut and ended by an ellipsis where it is wider than `width`.
    public func fitted(_ text: String, in width: Double, _ style: TextStyle) -> String {
        guard self.width(of: text, style) > width else { return text }
        var fitting = 0
        var tooMany = text.count
        while tooMany - fitting > 1 {
            let middle = (fitting + tooMany) / 2
            if self.width(of: text.prefix(middle) + "…", style) <= width {
                fitting = middle
            } else {
                tooMany = middle
            }
        }
        return text.prefix(fitting) + "…"
    }

    func setFontOptions() {
        let options = cairo_font_options_create()
        defer { cairo_font_options_destroy(options) }
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        cairo_set_font_options(context, options)
    }

    private func select(_ style: TextStyle) {
        cairo_select_font_face(
            context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
            style.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, style.size)
    }

    private func advance(of line: String) -> Double {
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, line, &extents)
        return extents.x_advance
    }

    private static func singleLine(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            if scalar.properties.generalCategory == .control { return " " }
            // Cairo takes a text with one for no text at all.
            return scalar.properties.isNoncharacterCodePoint ? "\u{FFFD}" : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
