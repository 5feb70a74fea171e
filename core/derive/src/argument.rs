//! `#[derive(Argument)]`.

use crate::attributes::{default_core, needed_doc};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, Path, Result};

pub fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let ident = &input.ident;
    let mut core: Path = default_core();
    for attribute in input.attrs.iter().filter(|a| a.path().is_ident("argument")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                return Err(meta.error("unknown attribute; an enum takes `crate = path`"));
            }
            core = meta.value()?.parse()?;
            Ok(())
        })?;
    }
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(
            ident.span(),
            "`Argument` is derived for enums; for another type implement it, or use `flags_argument!`",
        ));
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new(
            input.generics.span(),
            "an argument has one layout: generics are not possible",
        ));
    }
    if data.variants.is_empty() {
        return Err(Error::new(ident.span(), "an argument needs at least one valid value"));
    }
    let mut variants = Vec::new();
    let mut meanings = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new(variant.ident.span(), "a value of an argument has no fields"));
        }
        variants.push(&variant.ident);
        meanings.push(needed_doc(&variant.attrs, variant.ident.span(), "the meaning of the value")?);
    }
    let names: Vec<String> = variants.iter().map(|variant| variant.unraw().to_string()).collect();
    let text = ident.to_string();
    let signs = variants.iter().map(|variant| {
        quote_spanned! {variant.span()=>
            const _: () = assert!(
                #ident::#variant as i128 >= 0,
                "a value below zero is another one in each register width"
            );
        }
    });
    Ok(quote! {
        #(#signs)*
        impl #core::argument::Argument for #ident {
            const KIND: &'static #core::argument::ArgumentKind = &#core::argument::ArgumentKind {
                name: #text,
                bits: 64 - (0_u64 #(| #ident::#variants as u64)*).leading_zeros(),
                range: "one of the values named",
                values: &[#(#core::argument::NamedValue {
                    name: #names, value: #ident::#variants as u64, meaning: #meanings
                }),*],
                slots: 1,
                slots_32: 1,
            };
            #[inline]
            fn decode(slots: &mut #core::argument::Slots<'_>) -> ::core::result::Result<Self, #core::Error> {
                let value = slots.take();
                #(if value == #ident::#variants as u64 {
                    return Ok(#ident::#variants);
                })*
                Err(#core::Error::Invalid)
            }
            #[inline]
            fn encode(&self, slots: &mut #core::argument::SlotsMut<'_>) {
                slots.put(match self { #(#ident::#variants => #ident::#variants as u64),* });
            }
        }
    })
}
