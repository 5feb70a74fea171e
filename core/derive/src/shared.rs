//! `#[derive(Shared)]`.

use crate::attributes::{default_core, needed_doc};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Expr, Field, Fields, LitStr, Path, Result};

fn offset_of(field: &Field) -> Result<Expr> {
    let mut offset = None;
    for attribute in field.attrs.iter().filter(|a| a.path().is_ident("shared")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("offset") {
                return Err(meta.error("unknown attribute; a field takes `offset = N`"));
            }
            offset = Some(meta.value()?.parse()?);
            Ok(())
        })?;
    }
    offset.ok_or_else(|| Error::new(field.ident.span(), "the field needs `#[shared(offset = N)]`"))
}

pub fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let ident = &input.ident;
    let mut core: Path = default_core();
    let (mut name, mut size, mut source) = (None::<LitStr>, None::<Expr>, None::<LitStr>);
    for attribute in input.attrs.iter().filter(|a| a.path().is_ident("shared")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("name") {
                name = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("size") {
                size = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("source") {
                source = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("crate") {
                core = meta.value()?.parse()?;
            } else {
                return Err(meta.error("unknown attribute; it is one of `name`, `size`, `source`, `crate`"));
            }
            Ok(())
        })?;
    }
    let (Some(name), Some(size), Some(source)) = (name, size, source) else {
        let text = "a shared structure needs #[shared(name = \"...\", size = N, source = \"...\")]";
        return Err(Error::new(ident.span(), text));
    };
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(named) => &named.named,
            _ => return Err(Error::new(ident.span(), "a shared structure has named fields")),
        },
        _ => return Err(Error::new(ident.span(), "a shared structure is a struct")),
    };
    let purpose = needed_doc(&input.attrs, ident.span(), "the purpose of the structure")?;
    let mut rows = Vec::new();
    let mut swaps = Vec::new();
    let mut asserts = Vec::new();
    for field in fields {
        let (Some(field_name), ty) = (&field.ident, &field.ty) else { continue };
        let offset = offset_of(field)?;
        let text = field_name.unraw().to_string();
        let kind = ty.to_token_stream().to_string().replace(' ', "");
        let meaning = needed_doc(&field.attrs, field_name.span(), "the meaning of the field")?;
        rows.push(quote!(#core::shared::Field {
            name: #text, kind: #kind, offset: #offset, size: ::core::mem::size_of::<#ty>(), meaning: #meaning
        }));
        swaps.push(quote_spanned!(ty.span()=>
            #field_name: #core::shared::ByteOrder::swap_bytes(self.#field_name)
        ));
        let elsewhere = format!("`{field_name}` is at another offset");
        asserts.push(quote_spanned!(offset.span()=>
            const _: () = assert!(::core::mem::offset_of!(#ident, #field_name) == #offset, #elsewhere);
        ));
    }
    let other = format!("`{ident}` has another size");
    asserts.push(quote_spanned!(size.span()=>
        const _: () = assert!(::core::mem::size_of::<#ident>() == #size, #other);
    ));
    Ok(quote! {
        #(#asserts)*
        impl #core::shared::ByteOrder for #ident {
            fn swap_bytes(self) -> Self {
                #ident { #(#swaps),* }
            }
        }
        impl #core::shared::Shared for #ident {
            const LAYOUT: &'static #core::shared::Layout = &#core::shared::Layout {
                name: #name,
                size: #size,
                purpose: #purpose,
                source: #source,
                fields: &[#(#rows),*],
            };
        }
    })
}
